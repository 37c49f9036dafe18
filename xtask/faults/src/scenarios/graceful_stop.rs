//! Restarts under load: who is asked to stop answers everything first, who is killed loses only what was in its hands.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::ensure;

use crate::context::{Context, random_pause};
use crate::installation::Installation;
use crate::ledger::{Ledger, Summary};
use crate::load::Load;
use crate::server::Server;
use crate::sink::Sink;

const LOAD: Load = Load { rate: 200, connections: 8, duplicates: 5, refunds: 0 };
/// As a service manager waits before it starts again what has died.
const RESTART_PAUSE: Duration = Duration::from_millis(200);

/// The socket belongs to this program, as it belongs to systemd: it stays open while no server runs.
pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let stops = context.cycles(5, 100);
    let stopped = restart(context, stops, |server| {
        ensure!(server.stop()?.success(), "the server did not stop in good order");
        Ok(())
    })?;
    let Summary { unanswered, refused, .. } = stopped;
    context.figure(format!("{stops} stops: {stopped}"));
    ensure!(unanswered + refused == 0, "{unanswered} requests were dropped and {refused} refused by stops");
    let killed = restart(context, stops, |server| {
        server.kill()?;
        thread::sleep(RESTART_PAUSE);
        Ok(())
    })?;
    context.figure(format!("{stops} kills: {killed}"));
    let in_flight = stops * usize::try_from(LOAD.connections)?;
    let Summary { unanswered, refused, .. } = killed;
    ensure!(
        unanswered <= in_flight,
        "{unanswered} requests were lost, and {in_flight} at most were in flight"
    );
    ensure!(refused == 0, "{refused} requests were refused by kills");
    Ok(())
}

fn restart(
    context: &Context<'_>,
    times: usize,
    end: fn(Server) -> anyhow::Result<()>,
) -> anyhow::Result<Summary> {
    let (sink, ledger) = (Sink::start()?, Arc::new(Ledger::default()));
    let mut installation = context.installation()?;
    installation.mail_to(&sink);
    let socket = TcpListener::bind(installation.address())?;
    let mut server = start(&installation, &socket)?;
    let selling = LOAD.start(&installation.address(), &ledger);
    for _ in 0..times {
        thread::sleep(random_pause(Duration::from_millis(200), Duration::from_millis(600)));
        end(server)?;
        server = start(&installation, &socket)?;
    }
    selling.finish()?;
    context.hasten(&installation)?;
    let summary = ledger.check(&installation, &sink, 2 * times)?;
    server.stop()?;
    Ok(summary)
}

/// Hands the socket over by the protocol of systemd: as the third file, with two variables that say so.
fn start(installation: &Installation<'_>, socket: &TcpListener) -> anyhow::Result<Server> {
    let program = installation.program("mintmark-server");
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "exec 3<&0 0</dev/null; export LISTEN_FDS=1 LISTEN_PID=$$; exec \"$0\""]);
    shell.arg(program.get_program()).env_clear();
    shell.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(installation.folder()).stdin(Stdio::from(OwnedFd::from(socket.try_clone()?)));
    let mut server = installation.spawn_as(shell)?;
    server.await_readiness()?;
    Ok(server)
}

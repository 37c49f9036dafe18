//! What a starting server tells its operator.

use mintmark_fulfillment::Fulfillment;
use mintmark_fulfillment::settings::HttpSettings;
use std::net::SocketAddr;

/// The first run's words: the whole ping URL, once, and a command that sells something.
pub(crate) fn first_run(fulfillment: &Fulfillment, bound: SocketAddr) -> Option<String> {
    let secret = fulfillment.made_secret()?;
    let settings = fulfillment.settings();
    let data_dir = settings.data_dir.display();
    let local_url = HttpSettings::local_ping_url(bound, secret);
    // Where any free port was asked for, or a supervisor has chosen, only the bound address is the right one to tell.
    let ping_url = match &settings.http.public_url {
        None if settings.http.bind != bound => local_url.clone(),
        _ => settings.http.ping_url(secret),
    };
    let product = fulfillment.example_product("gumroad").unwrap_or_else(|| "PRODUCT_ID".to_owned());
    Some(format!(
        "\n\
         Mintmark made what was missing in {data_dir}: keys, database, webhook secret. Keep a backup of that folder.\n\
         \n\
         Ping URL for Gumroad (Settings > Advanced > Ping), shown this once; later: mintmark-admin secret show\n\
         \n    {ping_url}\n\
         \n\
         Sell something:\n\
         \n    curl '{local_url}' \\\n      \
         -d sale_id=EXAMPLE-1 -d resource_name=sale -d email=buyer@example.com -d price=4900 \\\n      \
         --data-urlencode 'product_id={product}'\n"
    ))
}

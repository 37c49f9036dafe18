//! The sections of the settings, from the merged layers to checked values.

use super::layers::Layers;
use super::{HttpSettings, Licensee, MetricsSettings, ProductsFile, Settings, SigningSettings, alerts};
use crate::problems::Problems;
use ipnet::IpNet;
use mintmark_adapters::{SourceSettings, Sources, WebhookSecret};
use mintmark_mail::{MailSettings, PostmarkSettings, Provider, ServiceUrl, SmtpSettings};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// A rotation needs the old secret and the new one.
const MOST_SECRETS: usize = 2;
/// A store gives its API for nothing, and may take it away: no more than two questions a second.
const GENTLEST_PACE: Duration = Duration::from_millis(500);

/// Reads every section, so that one run reports every mistake.
pub(super) fn settings(mut layers: Layers) -> Result<Settings, Problems> {
    let data_dir = layers.required_text("data_dir").map(PathBuf::from);
    let products_file = products_file(&mut layers);
    let http = http(&mut layers);
    let database = layers.parsed("database.url");
    let sources = Sources::CONFIGURED.iter().map(|name| (*name, source(&mut layers, name))).collect();
    let metrics = metrics(&mut layers);
    let signing = signing(&mut layers);
    let mail = mail(&mut layers);
    let alerts = alerts::read(&mut layers);
    let settings = (|| {
        Some(Settings {
            data_dir: data_dir?,
            products_file: products_file?,
            http: http?,
            database,
            sources,
            metrics,
            signing: signing?,
            mail: mail?,
            alerts: alerts?,
        })
    })();
    // Whatever is missing has left its problem behind.
    layers
        .problems
        .or(settings)
        .map(|settings| settings.expect("a section without a value has left a problem"))
}

fn products_file(layers: &mut Layers) -> Option<ProductsFile> {
    let path = layers.required_text("products_file").map(PathBuf::from)?;
    Some(if layers.is_set("products_file") { ProductsFile::Named(path) } else { ProductsFile::Default(path) })
}

fn http(layers: &mut Layers) -> Option<HttpSettings> {
    let bind = layers.required("http.bind").map(|Bind(address)| address);
    let public_url = layers.text("http.public_url").map(|url| url.trim_end_matches('/').to_owned());
    if public_url.as_ref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
        layers.refuse::<()>("http.public_url", "must begin with https:// or http://");
    }
    let proxies: Vec<Network> = layers.parsed_list("http.trusted_proxies");
    let trusted_proxies = proxies.into_iter().map(|Network(network)| network).collect();
    Some(HttpSettings { bind: bind?, public_url, trusted_proxies })
}

/// The standard library's own error gives no example.
struct Bind(SocketAddr);

impl FromStr for Bind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| "an address with a port is expected, such as 127.0.0.1:8080")
    }
}

/// An address alone stands for itself.
struct Network(IpNet);

impl FromStr for Network {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address = text.parse::<IpAddr>().map(IpNet::from);
        let network = address.or_else(|_| text.parse::<IpNet>());
        network.map(Self).map_err(|_| "an address or a network is expected, such as 127.0.0.1 or 10.0.0.0/8")
    }
}

/// The section of a source, and its `NAME_WEBHOOK_SECRET`, which adds a secret.
fn source(layers: &mut Layers, name: &str) -> SourceSettings {
    let setting = |key: &str| format!("sources.{name}.{key}");
    let variable = format!("{}_WEBHOOK_SECRET", name.to_uppercase());
    let mut secrets: Vec<WebhookSecret> = layers.parsed_list(&setting("secrets"));
    match layers.variable(&variable).map(WebhookSecret::from_str) {
        Some(Ok(added)) if secrets.iter().all(|secret| secret.expose() != added.expose()) => {
            secrets.push(added)
        }
        Some(Err(error)) => layers.problems.add(&variable, error.to_string()),
        Some(Ok(_)) | None => {}
    }
    if secrets.len() > MOST_SECRETS {
        let message = format!("at most two secrets may be active, the one in {variable} included");
        layers.refuse::<()>(&setting("secrets"), &message);
    }
    let access_token = layers.text(&setting("access_token")).map(Into::into);
    let api_base: Option<ServiceUrl> = layers.required(&setting("api_base"));
    let api_pace = layers.duration(&setting("api_pace")).unwrap_or(GENTLEST_PACE);
    if api_pace < GENTLEST_PACE && api_base.as_ref().is_some_and(|url| !url.is_loopback()) {
        layers.refuse::<()>(&setting("api_pace"), "at least 500ms, unless the API is on this machine");
    }
    SourceSettings { secrets, access_token, api_base: api_base.map(|url| url.to_string()), api_pace }
}

fn metrics(layers: &mut Layers) -> MetricsSettings {
    let is_named = layers.is_set("metrics.bind");
    match layers.parsed("metrics.bind") {
        Some(Told::At(address)) if is_named => MetricsSettings::Named(address),
        Some(Told::At(address)) => MetricsSettings::Default(address),
        // Also of a mistake, which has left its problem behind.
        Some(Told::Nowhere) | None => MetricsSettings::Off,
    }
}

/// Where metrics are told. A variable that is empty is not set, so there is a word for nowhere.
enum Told {
    Nowhere,
    At(SocketAddr),
}

impl FromStr for Told {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "off" => Ok(Self::Nowhere),
            _ => text
                .parse()
                .map(Self::At)
                .map_err(|_| "an address with a port is expected, such as 127.0.0.1:9464, or off"),
        }
    }
}

fn signing(layers: &mut Layers) -> Option<SigningSettings> {
    let line = layers.required("signing.line");
    let licensee = layers.required("signing.licensee");
    Some(SigningSettings { line: line?, licensee: licensee? })
}

impl FromStr for Licensee {
    type Err = &'static str;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "name" => Ok(Self::Name),
            "email" => Ok(Self::Email),
            "masked" => Ok(Self::Masked),
            "none" => Ok(Self::None),
            _ => Err("one of name, email, masked, none is expected"),
        }
    }
}

fn mail(layers: &mut Layers) -> Option<MailSettings> {
    let named: Option<Provider> = layers.parsed("mail.provider");
    let token = layers.text("mail.postmark.token");
    let api_base: Option<ServiceUrl> = layers.required("mail.postmark.api_base");
    let url = layers.parsed("mail.smtp.url");
    let ca_file = layers.text("mail.smtp.ca_file").map(PathBuf::from);
    let from = layers.parsed("mail.from");
    let guessed = match (&token, &url) {
        (Some(_), _) => Provider::Postmark,
        (None, Some(_)) => Provider::Smtp,
        (None, None) => Provider::Folder,
    };
    let provider = named.unwrap_or(guessed);
    let fallback = fallback(layers, provider);
    let is_used = |wanted| provider == wanted || fallback == Some(wanted);
    if is_used(Provider::Postmark) && token.is_none() {
        layers.refuse::<()>("mail.postmark.token", "Postmark needs its server token");
    }
    if is_used(Provider::Smtp) && layers.text("mail.smtp.url").is_none() {
        layers.refuse::<()>("mail.smtp.url", "SMTP needs the address of its server");
    }
    if provider != Provider::Folder && layers.text("mail.from").is_none() {
        layers.refuse::<()>(
            "mail.from",
            "letters need a sender, such as \"Example Apps <licenses@example.com>\"",
        );
    }
    let wait = layers.duration("mail.wait").unwrap_or(Duration::ZERO);
    let templates = layers.text("mail.templates").map(PathBuf::from);
    let postmark =
        token.zip(api_base).map(|(token, api_base)| PostmarkSettings { token: token.into(), api_base });
    let smtp = url.map(|url| SmtpSettings { url, ca_file });
    Some(MailSettings { provider, fallback, from, wait, templates, postmark, smtp })
}

fn fallback(layers: &mut Layers, provider: Provider) -> Option<Provider> {
    let fallback: Provider = layers.parsed("mail.fallback")?;
    if fallback.can_stand_in_for(provider) {
        return Some(fallback);
    }
    layers.refuse("mail.fallback", &mintmark_mail::Error::Fallback.to_string())
}

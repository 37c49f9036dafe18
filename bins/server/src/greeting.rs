//! What a starting server tells its operator.

use mintmark_fulfillment::Fulfillment;
use std::net::SocketAddr;

/// The first run's words: the whole ping URL, once, and a command that sells something.
pub(crate) fn first_run(fulfillment: &Fulfillment, bound: SocketAddr) -> Option<String> {
    let secret = fulfillment.made_secret()?.expose().to_owned();
    let data_dir = fulfillment.settings().data_dir.display();
    let ping_url = format!("{}/webhooks/gumroad?secret={secret}", public_url(fulfillment, bound));
    let local_url = format!("http://{bound}/webhooks/gumroad?secret={secret}");
    let product = fulfillment.example_product("gumroad").unwrap_or_else(|| "PRODUCT_ID".to_owned());
    Some(format!(
        "\n\
         Mintmark made its keys, its database and a webhook secret in {data_dir}. Keep a backup of that folder.\n\
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

/// How stores reach this server, as far as it knows.
pub(crate) fn public_url(fulfillment: &Fulfillment, bound: SocketAddr) -> String {
    fulfillment.settings().http.public_url.clone().unwrap_or_else(|| format!("http://{bound}"))
}

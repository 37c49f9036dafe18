-- Times are Unix milliseconds. Text columns hold the words that the command lines print.

-- What a store told us, byte for byte. Rows are added and never changed, but for an erasure; the conclusion of each, which refers to it,
-- keeps it from being deleted.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY NOT NULL,
    source TEXT NOT NULL,
    origin TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    remote_address TEXT,
    secret_label TEXT,
    content_type TEXT,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    declared_size BIGINT,
    -- What proves that nothing of the row was changed: a hash of all columns above but the number, salted so that it
    -- tells nothing of them; and its place in a chain, sealed together with the row before it.
    salt BLOB NOT NULL,
    content_hash BLOB NOT NULL,
    chain BIGINT NOT NULL,
    place BIGINT NOT NULL,
    link BLOB NOT NULL,
    -- Seals what is left of a row out of which a person was erased, who may ask for that.
    erased BLOB
);

-- Where each chain of the audit log ends, sealed with a key that the database does not hold. SQLite has one chain;
-- PostgreSQL has one for each connection that records at the same time. Number 0 is no chain, and its length is how
-- many chains there are.
CREATE TABLE chains (
    number BIGINT PRIMARY KEY NOT NULL,
    length BIGINT NOT NULL,
    link BLOB NOT NULL,
    seal BLOB NOT NULL
);

-- The places of deliveries that were pruned, with the link of the last: the chain goes on behind it. Sealed as well.
CREATE TABLE gaps (
    chain BIGINT NOT NULL,
    first_place BIGINT NOT NULL,
    last_place BIGINT NOT NULL,
    link BLOB NOT NULL,
    pruned_at BIGINT NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (chain, first_place)
);

-- Grows at its end only, so it costs little; without it a question about a day reads every body.
CREATE INDEX deliveries_by_arrival ON deliveries (received_at);

CREATE TRIGGER deliveries_are_append_only BEFORE UPDATE ON deliveries
WHEN NOT (OLD.erased IS NULL AND NEW.erased IS NOT NULL AND NEW.body = x'' AND NEW.id = OLD.id AND NEW.chain = OLD.chain AND NEW.place = OLD.place AND NEW.link = OLD.link AND NEW.content_hash = OLD.content_hash)
BEGIN
    SELECT RAISE(ABORT, 'a delivery is never changed');
END;

CREATE TABLE licenses (
    -- What the other tables refer to: it grows, so their indexes grow at their ends and not all over.
    number INTEGER PRIMARY KEY NOT NULL,
    id TEXT NOT NULL UNIQUE,
    key TEXT NOT NULL UNIQUE,
    blob TEXT NOT NULL,
    line TEXT NOT NULL,
    product_id TEXT NOT NULL,
    product_name TEXT NOT NULL,
    tier TEXT NOT NULL,
    status TEXT NOT NULL,
    seats BIGINT NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    origin TEXT NOT NULL,
    mode TEXT NOT NULL,
    source_order_id TEXT NOT NULL,
    item BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT,
    updates_until BIGINT,
    seq BIGINT NOT NULL,
    -- Blobs with a smaller seq promise what no longer holds.
    void_below BIGINT NOT NULL DEFAULT 1,
    -- When its subscription will end; null while it renews.
    cancelled_at BIGINT,
    -- What the store calls the plan, such as its tier.
    plan TEXT,
    -- When its state changes by itself.
    review_at BIGINT,
    created_at BIGINT NOT NULL,
    -- The order first: so this also finds by the order alone.
    UNIQUE (source_order_id, source, mode, item)
);

CREATE INDEX licenses_by_email ON licenses (email);
CREATE INDEX licenses_to_review ON licenses (review_at) WHERE review_at IS NOT NULL;
-- What a revocation list names. Most licenses run, so it is small however many there are.
CREATE INDEX licenses_void ON licenses (number) WHERE status <> 'active' OR void_below > 1;

-- What has been made of each delivery so far: one row a delivery, written with it.
CREATE TABLE conclusions (
    delivery_id INTEGER PRIMARY KEY NOT NULL REFERENCES deliveries (id),
    attempts BIGINT NOT NULL,
    kind TEXT NOT NULL,
    mode TEXT NOT NULL,
    order_id TEXT,
    -- Null where it is the order.
    sale_id TEXT,
    -- What links orders that the store does not: a product and an address. Of gifts, bundles, refunds and disputes.
    party TEXT,
    -- The product and the buyer, as the body states them. Null where a license says it.
    product_id TEXT,
    email TEXT,
    processed BOOLEAN NOT NULL,
    outcome TEXT,
    error TEXT,
    reason TEXT,
    license_number BIGINT REFERENCES licenses (number),
    concluded_at BIGINT,
    -- When the store is asked (again) whether it is true. Null unless that is open.
    verify_at BIGINT
);

-- Most deliveries are processed, have no error, and name the sale that is their order: these indexes hold the others.
CREATE INDEX conclusions_by_order ON conclusions (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX conclusions_by_sale ON conclusions (sale_id) WHERE sale_id IS NOT NULL;
CREATE INDEX conclusions_by_party ON conclusions (party) WHERE party IS NOT NULL;
CREATE INDEX conclusions_by_product ON conclusions (product_id) WHERE product_id IS NOT NULL;
CREATE INDEX conclusions_by_email ON conclusions (email) WHERE email IS NOT NULL;
CREATE INDEX conclusions_to_verify ON conclusions (verify_at) WHERE verify_at IS NOT NULL;
CREATE INDEX conclusions_by_license ON conclusions (license_number) WHERE license_number IS NOT NULL;
CREATE INDEX conclusions_unprocessed ON conclusions (delivery_id) WHERE NOT processed;
CREATE INDEX conclusions_failed ON conclusions (delivery_id) WHERE error IS NOT NULL;

-- How each finished attempt at a delivery ended. An attempt that never finished left only its count in conclusions.
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY NOT NULL,
    delivery_id BIGINT NOT NULL REFERENCES deliveries (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    outcome TEXT,
    error TEXT,
    reason TEXT
);

CREATE INDEX attempts_by_delivery ON attempts (delivery_id);

-- What the store itself says of a delivery, read back from its own records.
CREATE TABLE readings (
    delivery_id INTEGER PRIMARY KEY NOT NULL REFERENCES deliveries (id),
    at BIGINT NOT NULL,
    record TEXT NOT NULL
);

-- Every change of a license, with the delivery or the person that caused it.
CREATE TABLE license_events (
    id INTEGER PRIMARY KEY NOT NULL,
    license_number BIGINT NOT NULL REFERENCES licenses (number),
    at BIGINT NOT NULL,
    event TEXT NOT NULL,
    -- No foreign key: without an index, which every sale would pay for, each delivery that is pruned would be looked
    -- for in all rows. What is named here is not pruned.
    delivery_id BIGINT,
    detail TEXT
);

CREATE INDEX license_events_by_license ON license_events (license_number);
-- Tells at once whether a license has changed since, however many are sold.
CREATE INDEX license_changes ON license_events (id) WHERE event <> 'minted';

-- The outbox. A letter is written in the transaction of its license and sent by a worker.
CREATE TABLE letters (
    id INTEGER PRIMARY KEY NOT NULL,
    license_number BIGINT NOT NULL REFERENCES licenses (number),
    kind TEXT NOT NULL,
    resend_number BIGINT NOT NULL,
    mail_uid TEXT NOT NULL CHECK (mail_uid <> ''),
    template TEXT NOT NULL,
    download TEXT,
    recipient TEXT NOT NULL,
    state TEXT NOT NULL,
    -- A newer letter took its place: its error no longer concerns anybody.
    replaced BOOLEAN NOT NULL,
    attempts BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    -- When it is to be sent next. Null unless it is queued.
    due_at BIGINT,
    -- Who has it in hand, and until when, by the clock of the database. Null unless it is being sent.
    claim_id TEXT,
    leased_until BIGINT,
    -- Who had it last.
    provider TEXT,
    -- The one provider that may send it: the one that may have done so already, or the only one left. Null: any.
    channel TEXT,
    -- Since when it may have reached the buyer unknown to us, and how often the provider was asked since, in vain.
    doubtful_since BIGINT,
    asked BIGINT NOT NULL DEFAULT 0,
    -- Sendings since it was queued that ended so.
    doubts BIGINT NOT NULL DEFAULT 0,
    message_id TEXT,
    failure_class TEXT,
    error TEXT,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    -- The letter, of another license, in which this one's license is enclosed. It is that letter which is sent.
    enclosed_in BIGINT REFERENCES letters (id),
    UNIQUE (license_number, kind, resend_number)
);

CREATE INDEX letters_due ON letters (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX letters_in_hand ON letters (leased_until) WHERE leased_until IS NOT NULL;
CREATE INDEX letters_failed ON letters (license_number) WHERE error IS NOT NULL;
CREATE INDEX letters_logged ON letters (id) WHERE state = 'logged';
CREATE INDEX letters_enclosed ON letters (enclosed_in) WHERE enclosed_in IS NOT NULL;
-- By which the reports of a provider find their letter. A letter's own name begins with its time, so the first of these
-- grows at its end.
CREATE INDEX letters_by_uid ON letters (mail_uid);
CREATE INDEX letters_by_message ON letters (message_id) WHERE message_id IS NOT NULL;

-- What a provider has told of letters that it took. The state of such a letter follows from all of it, and goes on to
-- when the delivery that told it is gone.
CREATE TABLE letter_reports (
    delivery_id INTEGER PRIMARY KEY NOT NULL,
    letter_id BIGINT NOT NULL REFERENCES letters (id),
    -- The sending that it tells of; null if the report does not say.
    message_id TEXT,
    fate TEXT NOT NULL,
    words TEXT NOT NULL,
    at BIGINT NOT NULL
);

CREATE INDEX letter_reports_by_letter ON letter_reports (letter_id);

-- Addresses that nothing is sent to by itself: mail to them came back, or they complained. In lower case.
CREATE TABLE suppressions (
    address TEXT PRIMARY KEY NOT NULL,
    words TEXT NOT NULL,
    -- When it came back last, by the provider's clock.
    since BIGINT NOT NULL,
    delivery_id BIGINT NOT NULL,
    -- Until when what came back no longer counts: a person or the provider has said so.
    lifted_at BIGINT
);

-- Who this installation is: the signing key and the license-key secret that its licenses were made with.
CREATE TABLE identity (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL,
    registered_at BIGINT NOT NULL
);

-- The newest revocation list, which every server publishes. The next one takes its place, and has the next serial.
CREATE TABLE revocation_lists (
    serial BIGINT PRIMARY KEY NOT NULL,
    made_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    licenses BIGINT NOT NULL,
    text TEXT NOT NULL
);

-- What the operator is or was to be told of: one row for each condition, from when it was first seen to when it was over.
CREATE TABLE alerts (
    kind TEXT NOT NULL,
    -- What tells it apart from others of its kind.
    subject TEXT NOT NULL,
    count BIGINT NOT NULL,
    words TEXT NOT NULL,
    -- What to run.
    command TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    -- Since when it is over; null while it lasts.
    resolved_at BIGINT,
    PRIMARY KEY (kind, subject)
);

-- What was told of a condition last, by each way of telling, until it was told that it is over.
CREATE TABLE alerts_told (
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    count BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (channel, kind, subject)
);

-- When each way of telling had its last digest, whether or not it took it.
CREATE TABLE alert_digests (
    channel TEXT PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL
);

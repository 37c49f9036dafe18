//! The tables, as diesel sees them. `migrations/` is where they are made.

diesel::table! {
    deliveries (id) {
        id -> BigInt,
        source -> Text,
        origin -> Text,
        received_at -> BigInt,
        remote_address -> Nullable<Text>,
        secret_label -> Nullable<Text>,
        content_type -> Nullable<Text>,
        headers -> Text,
        body -> Binary,
        declared_size -> Nullable<BigInt>,
        salt -> Binary,
        content_hash -> Binary,
        chain -> BigInt,
        place -> BigInt,
        link -> Binary,
        erased -> Nullable<Binary>,
    }
}

diesel::table! {
    chains (number) {
        number -> BigInt,
        length -> BigInt,
        link -> Binary,
        seal -> Binary,
    }
}

diesel::table! {
    gaps (chain, first_place) {
        chain -> BigInt,
        first_place -> BigInt,
        last_place -> BigInt,
        link -> Binary,
        pruned_at -> BigInt,
        seal -> Binary,
    }
}

diesel::table! {
    conclusions (delivery_id) {
        delivery_id -> BigInt,
        attempts -> BigInt,
        kind -> Text,
        mode -> Text,
        order_id -> Nullable<Text>,
        sale_id -> Nullable<Text>,
        party -> Nullable<Text>,
        product_id -> Nullable<Text>,
        email -> Nullable<Text>,
        processed -> Bool,
        outcome -> Nullable<Text>,
        error -> Nullable<Text>,
        reason -> Nullable<Text>,
        license_number -> Nullable<BigInt>,
        concluded_at -> Nullable<BigInt>,
        verify_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    readings (delivery_id) {
        delivery_id -> BigInt,
        at -> BigInt,
        record -> Text,
    }
}

diesel::table! {
    attempts (id) {
        id -> BigInt,
        delivery_id -> BigInt,
        number -> BigInt,
        at -> BigInt,
        outcome -> Nullable<Text>,
        error -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    licenses (number) {
        number -> BigInt,
        id -> Text,
        key -> Text,
        blob -> Text,
        line -> Text,
        product_id -> Text,
        product_name -> Text,
        tier -> Text,
        status -> Text,
        seats -> BigInt,
        email -> Text,
        name -> Text,
        source -> Text,
        origin -> Text,
        mode -> Text,
        source_order_id -> Text,
        item -> BigInt,
        issued_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        updates_until -> Nullable<BigInt>,
        seq -> BigInt,
        void_below -> BigInt,
        cancelled_at -> Nullable<BigInt>,
        plan -> Nullable<Text>,
        review_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    license_events (id) {
        id -> BigInt,
        license_number -> BigInt,
        at -> BigInt,
        event -> Text,
        delivery_id -> Nullable<BigInt>,
        detail -> Nullable<Text>,
    }
}

diesel::table! {
    letters (id) {
        id -> BigInt,
        license_number -> BigInt,
        kind -> Text,
        resend_number -> BigInt,
        mail_uid -> Text,
        template -> Text,
        download -> Nullable<Text>,
        recipient -> Text,
        state -> Text,
        replaced -> Bool,
        attempts -> BigInt,
        queued_at -> BigInt,
        due_at -> Nullable<BigInt>,
        claim_id -> Nullable<Text>,
        leased_until -> Nullable<BigInt>,
        provider -> Nullable<Text>,
        channel -> Nullable<Text>,
        doubtful_since -> Nullable<BigInt>,
        asked -> BigInt,
        doubts -> BigInt,
        message_id -> Nullable<Text>,
        failure_class -> Nullable<Text>,
        error -> Nullable<Text>,
        created_at -> BigInt,
        sent_at -> Nullable<BigInt>,
        enclosed_in -> Nullable<BigInt>,
    }
}

diesel::table! {
    letter_reports (delivery_id) {
        delivery_id -> BigInt,
        letter_id -> BigInt,
        message_id -> Nullable<Text>,
        fate -> Text,
        words -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    suppressions (address) {
        address -> Text,
        words -> Text,
        since -> BigInt,
        delivery_id -> BigInt,
        lifted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    alerts (kind, subject) {
        kind -> Text,
        subject -> Text,
        count -> BigInt,
        words -> Text,
        command -> Text,
        first_at -> BigInt,
        last_at -> BigInt,
        resolved_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    alerts_told (channel, kind, subject) {
        channel -> Text,
        kind -> Text,
        subject -> Text,
        count -> BigInt,
        at -> BigInt,
    }
}

diesel::table! {
    alert_digests (channel) {
        channel -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    identity (name) {
        name -> Text,
        value -> Text,
        registered_at -> BigInt,
    }
}

diesel::table! {
    revocation_lists (serial) {
        serial -> BigInt,
        made_at -> BigInt,
        next_at -> BigInt,
        licenses -> BigInt,
        text -> Text,
    }
}

diesel::joinable!(conclusions -> deliveries (delivery_id));
diesel::joinable!(conclusions -> licenses (license_number));
diesel::joinable!(readings -> deliveries (delivery_id));
diesel::joinable!(license_events -> licenses (license_number));
diesel::joinable!(letters -> licenses (license_number));
diesel::allow_tables_to_appear_in_same_query!(
    deliveries,
    chains,
    conclusions,
    readings,
    licenses,
    license_events,
    letters
);

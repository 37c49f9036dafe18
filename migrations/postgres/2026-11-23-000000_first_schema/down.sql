DROP TABLE identity;
DROP TABLE letters;
DROP TABLE license_events;
DROP TABLE attempts;
DROP TABLE conclusions;
DROP TABLE licenses;
DROP TABLE deliveries;
DROP FUNCTION refuse_change;

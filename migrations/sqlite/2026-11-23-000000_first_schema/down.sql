DROP TABLE identity;
DROP TABLE letters;
DROP TABLE license_events;
DROP TABLE attempts;
DROP TABLE readings;
DROP TABLE conclusions;
DROP TABLE licenses;
DROP TABLE deliveries;

-- An empty list of grants is nothing from now on: what had everything by an empty list has it by name.
UPDATE credentials SET grants = '[{"path":"*","actions":["list","reveal","write","delete"]}]'
WHERE kind = 'access_key' AND grants = '[]';

-- Finds what a credential made.
CREATE INDEX credentials_by_maker ON credentials (workspace_id, created_by, id);

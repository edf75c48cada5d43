-- MCP servers that agents are given. Secrets are named here and kept elsewhere.
CREATE TABLE mcp_servers (
  id TEXT PRIMARY KEY,
  project_id TEXT REFERENCES projects (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  transport_json TEXT NOT NULL CHECK (json_valid(transport_json)),
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  created_at REAL NOT NULL
) STRICT;
CREATE UNIQUE INDEX mcp_servers_by_name ON mcp_servers (coalesce(project_id, ''), name);
CREATE INDEX mcp_servers_by_project ON mcp_servers (project_id);

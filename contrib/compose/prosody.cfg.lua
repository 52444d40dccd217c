-- A small Prosody with one component, for compose.yaml. Without certificates: its
-- port for clients is open on this machine only.
pidfile = "/tmp/prosody.pid"
data_path = "/var/lib/prosody"
log = { info = "*console" }

modules_enabled = {
  "roster", "saslauth", "disco", "smacks", "carbons", "pep", "private", "blocklist",
  "vcard4", "vcard_legacy", "version", "uptime", "time", "ping", "admin_shell",
}
modules_disabled = { "s2s" }

authentication = "internal_hashed"
c2s_require_encryption = false

-- inside the network of compose.yaml only
component_interfaces = { "*" }

VirtualHost "example.org"

Component "announce.example.org"
  component_secret = FileLine("/run/secrets/component_secret")

-- A private Prosody; prosody.py fills in the names.
run_as_root = true -- in a container there may be no other user
daemonize = false
pidfile = "${folder}/prosody.pid"
data_path = "${folder}/data"
plugin_paths = { "${folder}/modules", ${plugin_paths} }
log = { info = "*console" }

interfaces = { "127.0.0.1" }
local_interfaces = { "127.0.0.1" }
c2s_ports = { ${c2s_port} }
component_ports = { ${component_port} }
component_interfaces = { "127.0.0.1" }
http_ports = { ${http_port} }
http_interfaces = { "127.0.0.1" }
https_ports = {}
admin_socket = "${folder}/admin.sock"

admins = { "admin@${domain}" }
modules_enabled = {
  "adhoc", "admin_adhoc", "admin_shell", "blocklist", "carbons", "csi_simple",
  "disco", "pep", "ping", "private", "register", "roster", "saslauth", "smacks",
  "time", "tls", "uptime", "vcard4", "vcard_legacy", "version", "websocket",
  ${options}
}
modules_disabled = { "s2s", ${disabled} }

authentication = "internal_plain" -- accounts are written as files
storage = "internal"
archive_expires_after = "1w"
smacks_hibernation_time = $hibernation
allow_registration = true

ssl = { key = "${key}", certificate = "${certificate}" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true

http_default_host = "${domain}"
consider_websocket_secure = true
http_cors_override = { websocket = { enabled = true } }

limits = { c2s = { rate = "10kb/s" } } -- Debian's, where mod_limits is enabled
${extra}

VirtualHost "${domain}"
${modules}

Component "${component}"
  component_secret = "${secret}"
${component_modules}
Component "${spare1}"
  component_secret = "${secret}"
Component "${spare2}"
  component_secret = "${secret}"

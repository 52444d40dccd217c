-- Part of mod_carillon: whether somebody has an account here, and how he stands to somebody else.
local jid, um, rostermanager = require "util.jid", require "core.usermanager", require "core.rostermanager";

local SUBSCRIPTIONS = { to = true, from = true, both = true };

return function (carillon)

carillon.serve("get", "relation", function (element)
	local of, with = jid.prep(element.attr.of), jid.bare(jid.prep(element.attr.with));
	local user, domain, resource = jid.split(of);
	if not with or not user or resource or domain ~= module.host then
		return nil, { "modify", "bad-request", "Wanted: of, a bare address of this server, and with, an address." };
	end
	local exists, subscription = um.user_exists(user, domain) and true or false, nil;
	if exists then -- load_roster gives nobody an empty roster, and caches it
		local roster, err = rostermanager.load_roster(user, domain);
		if err then return nil, { "wait", "internal-server-error", "The contacts cannot be read now." }; end
		subscription = roster[with] and roster[with].subscription;
	end
	return carillon.tag("relation", {
		of = of, with = with, exists = tostring(exists);
		subscription = SUBSCRIPTIONS[subscription] and subscription or "none";
	});
end);

end

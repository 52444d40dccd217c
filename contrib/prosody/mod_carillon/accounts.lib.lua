-- Part of mod_carillon: who has an account here, in pages (XEP-0059).
local rsm, jid, um = require "util.rsm", require "util.jid", require "core.usermanager";

local MOST, USUAL = 1000, 100; -- on a page
local NEEDED = { group = "mod_groups", seen = "mod_lastlog2", room = "mod_muc" };

return function (carillon)

local host, sessions = module.host, prosody.hosts[module.host].sessions;

local function online()
	local names = {};
	for name, user in pairs(sessions) do if user.top_resources then names[name] = true; end end -- with a presence
	return names;
end

local function of_role(name)
	local names = {};
	for _, user in ipairs(name and um.get_users_with_role(name, host) or {}) do names[user] = true; end
	return names;
end

carillon.serve("get", "accounts", function (element)
	local kind, name, page = element.attr.kind, element.attr.name, rsm.get(element) or {};
	local names;
	if kind == "all" then names = carillon.users();
	elseif kind == "online" then names = online();
	elseif kind == "role" and name then names = of_role(name);
	end
	if not names or page.before then
		local needed = NEEDED[kind] and "This would need "..NEEDED[kind].."." or "This server cannot tell.";
		return nil, { "cancel", "feature-not-implemented", needed };
	end
	local sorted, after = {}, jid.node(page.after);
	for user in pairs(names) do sorted[#sorted+1] = user; end
	table.sort(sorted);
	local result, size, count, first, last = carillon.tag("accounts", { kind = kind, name = name }), 0, #sorted, nil, nil;
	local most = math.min(page.max or USUAL, MOST);
	for i, user in ipairs(sorted) do
		if size >= most then break; end
		if not after or user > after then
			size, last = size + 1, user.."@"..host;
			first = first or { index = i - 1, last };
			result:text_tag("jid", last);
		end
	end
	return result:add_child(rsm.generate { count = count, first = first, last = last });
end);

end

-- Part of mod_carillon: everybody who has an account here.
local um = require "core.usermanager";

return function (carillon)

-- name -> true, or nil where the authentication cannot list
function carillon.users()
	local iterate, a, b, c = um.users(module.host); -- up to four values, which "um.users(…) or …" would cut to one
	if not iterate then return nil; end
	local names = {};
	for name in iterate, a, b, c do names[name] = true; end
	return names;
end

end

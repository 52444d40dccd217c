-- Part of mod_carillon: for how long this server keeps the files that its people link to.
-- No protocol tells it (XEP-0363 has no word for it), so the module's form does: "URL SECONDS" of each service.
local WEEK = 7 * 86400; -- mod_http_file_share's own default

return function (carillon)

local beside = module:get_option_set("disco_items", {}) / function (item) return item[1]; end;

local function is_ours(host)
	return host == module.host or host:sub(-#module.host - 1) == "." .. module.host or beside:contains(host);
end

local function seconds(api)
	local read = api.get_option_period or api.get_option_number; -- since 13.0 it may be "1w"
	return read(api, "http_file_share_expires_after", WEEK);
end

function carillon.uploads()
	local found = {};
	for host, session in pairs(prosody.hosts) do
		local sharing = session.modules and session.modules.http_file_share;
		if sharing and is_ours(host) then
			local api = sharing.module;
			local kept = seconds(api);
			if kept and kept >= 0 and kept < math.huge then
				local url = api:get_option_string("http_file_share_base_url") or api:http_url();
				found[#found+1] = ("%s %d"):format(url, kept);
			end
		end
	end
	table.sort(found);
	return found;
end

end

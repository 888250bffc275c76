namespace Secronna.Server.Hosting.Checking;

/// <summary>Rules about limits that are switched off.</summary>
internal static class LimitRules
{
    /// <summary>Judges the facts.</summary>
    public static IEnumerable<Finding> Find(CheckedFacts facts)
    {
        var (limits, http) = (facts.Settings.Limits, facts.Settings.Http);
        (long Value, string Setting, string Why)[] rules =
        [
            (limits.RequestsPerMinute, "Limits__RequestsPerMinute", "one credential can keep the server busy"),
            (limits.RevealsPerMinute, "Limits__RevealsPerMinute", "one stolen credential can read everything that it may at full speed"),
            (limits.WritesPerMinute, "Limits__WritesPerMinute", "one credential can keep the database's writer busy"),
            (limits.WriteBytesPerMinute, "Limits__WriteBytesPerMinute", "one credential can fill the disk"),
            (limits.StoredBytesPerWorkspace, "Limits__StoredBytesPerWorkspace", "one workspace can fill the disk"),
            (limits.FailedAuthenticationsPerMinute, "Limits__FailedAuthenticationsPerMinute", "one address can try tokens at full speed"),
            (limits.RefusalsPerMinute, "Limits__RefusalsPerMinute", "one credential can fill the audit trail with refusals"),
            (limits.CredentialShare, "Limits__CredentialShare", "one credential can take all memory and all heavy requests from the others"),
            (limits.WorkspaceShare, "Limits__WorkspaceShare", "one workspace can take all memory and all heavy requests from the others"),
            (limits.RequestsAtOnce, "Limits__RequestsAtOnce", "one credential can have any number of requests in hand"),
            (limits.RevealSeconds, "Limits__RevealSeconds", "a client that reads nothing can keep values in memory"),
            (http.MaxConnections, "Http__MaxConnections", "connections can take all memory and file descriptors"),
            (http.MaxConnectionsPerAddress, "Http__MaxConnectionsPerAddress", "one address can take all connections from the others"),
        ];
        return rules.Where(rule => rule.Value == 0).Select(rule => new Finding(
            Severity.Warning, $"Secronna__{rule.Setting} is 0, which is no limit", rule.Why, "unset it, or set a limit"));
    }
}

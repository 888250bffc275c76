using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Backup;

/// <summary>Reads the audit entries of the installation, those that belong to no workspace.</summary>
internal static class InstallationTrail
{
    /// <summary>Returns the action and the outcome of each entry, in order.</summary>
    public static async Task<List<string>> ReadAsync(TestInstallation installation) =>
    [
        .. (await installation.DoAsync("audit")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!)
            .Where(line => line["workspaceId"] is null)
            .Select(line => $"{line["entry"]!["action"]} {line["entry"]!["outcome"]}"),
    ];
}

using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Backup;

/// <summary>The installation's own audit entries.</summary>
internal static class InstallationTrail
{
    /// <summary>Action and outcome of each, in order.</summary>
    public static async Task<List<string>> ReadAsync(TestInstallation installation) =>
    [
        .. (await installation.DoAsync("audit")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!)
            .Where(line => line["workspaceId"] is null)
            .Select(line => $"{line["entry"]!["action"]} {line["entry"]!["outcome"]}"),
    ];
}

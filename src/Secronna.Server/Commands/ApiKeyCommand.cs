using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Credentials;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary><c>api-key create</c>: creates the first credential of a workspace.</summary>
internal static class ApiKeyCommand
{
    public static Command Create()
    {
        var workspace = new Option<string>("--workspace") { Description = "The workspace's id", Required = true };
        var name = new Option<string>("--name") { Description = "A name that says what the key is for", Required = true };
        var expires = new Option<string?>("--expires") { Description = "Days until the key expires, such as 90d; without this option it never expires" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object" };
        var create = new Command("create", "Create an API key; its token is shown only this once") { workspace, name, expires, json };
        create.SetAction((parsed, _) => CreateAsync(
            parsed.GetRequiredValue(workspace), parsed.GetRequiredValue(name), DaysOf(parsed.GetValue(expires)), parsed.GetValue(json)));
        return new Command("api-key", "Create the first credential of a workspace") { create };
    }

    private static async Task<int> CreateAsync(string workspaceId, string name, int? expiresInDays, bool json)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > Limits.NameLength)
        {
            throw new SettingsException($"--name must have 1 to {Limits.NameLength} characters");
        }

        var settings = SettingsSource.Read();
        await using var installation = await SettingsSource.OpenAsync(settings);
        if (!await installation.Database.ReadAsync(session => WorkspaceTable.IsAllowedAsync(session, workspaceId)))
        {
            throw new SettingsException(
                $"workspace {workspaceId} is not on the allowlist: run secronna-server workspace allow {workspaceId} first");
        }

        await using var services = SettingsSource.Services(installation, settings);
        var created = await services.GetRequiredService<CredentialService>()
            .AddApiKeyAsync(Caller.Operator(workspaceId), name.Trim(), expiresInDays);
        Console.WriteLine(json
            ? JsonSerializer.Serialize(created, CommandJson.Default.ApiKeyCreatedResponse)
            : $"API key {created.Id} of workspace {workspaceId}{(created.ExpiresAt is { } expiry ? $", which expires at {expiry}" : "")}; the token is shown only this once:\n{created.Token}");
        return 0;
    }

    private static int? DaysOf(string? expires) => expires switch
    {
        null => null,
        [.. var days, 'd'] when int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count is >= 1 and <= Limits.ExpiryDays => count,
        _ => throw new SettingsException($"--expires must be a number of days from 1d to {Limits.ExpiryDays}d, such as 90d"),
    };
}

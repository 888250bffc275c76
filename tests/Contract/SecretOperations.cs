using System.Globalization;
using System.Text.Json.Nodes;
using Secronna.Client;
using Secronna.Protocol;
using static Secronna.Tests.Contract.Operations;

namespace Secronna.Tests.Contract;

/// <summary>The operations on secrets, their past, and the record.</summary>
internal static class SecretOperations
{
    public static Operation Write(string environmentId, string key, string value, int? expected = null) => new(
        "PUT", $"/environments/{environmentId}/secrets", With(Secret(key, value), ("expectedVersion", expected)),
        async client => await client.Environments.WriteAsync(environmentId, new WriteSecretRequest(key, value, expected, null)))
    {
        Command = ["secret", "set", environmentId, key, .. Option("--expect-version", expected)],
        // One newline at its end is not the value's.
        Input = value + "\n",
    };

    public static Operation Batch(string environmentId, params (string Key, string Value, int? Expected)[] secrets) => new(
        "POST", $"/environments/{environmentId}/secrets/batch",
        new JsonObject { ["secrets"] = new JsonArray([.. secrets.Select(secret => With(Secret(secret.Key, secret.Value), ("expectedVersion", secret.Expected)))]) },
        async client => await client.Environments.WriteAllAsync(
            environmentId, new BatchRequest([.. secrets.Select(secret => new WriteSecretRequest(secret.Key, secret.Value, secret.Expected, null))], null)));

    public static Operation ListSecrets(string environmentId, string? at = null) => List(
        $"/environments/{environmentId}/secrets{(at is null ? "" : "?at=" + at)}", client => client.Environments.ListSecretsAsync(environmentId, Time(at)),
        ["secret", "ls", environmentId, .. Option("--at", at)]);

    public static Operation GetSecret(string id) => new("GET", $"/secrets/{id}", null, async client => await client.Secrets.GetAsync(id));

    public static Operation FindSecret(string project, string environment, string key) => new(
        "GET", $"/projects/by-slug/{project}/environments/{environment}/secrets/{key}", null,
        async client => await client.Secrets.GetAsync($"{project}/{environment}/{key}"));

    public static Operation ListVersions(string id) =>
        List($"/secrets/{id}/versions", client => client.Secrets.ListVersionsAsync(id), "secret", "versions", id);

    public static Operation Reveal(string id, int? version = null) => new(
        "POST", $"/secrets/{id}/reveal{(version is null ? "" : "?version=" + Text(version))}", null, async client => await client.Secrets.RevealAsync(id, version))
    {
        Command = ["secret", "reveal", id, .. Option("--version", version)],
    };

    /// <summary>The value of a path.</summary>
    public static Operation Get(string path, int? version = null) => new(
        "POST", "/reveal", With(new JsonObject { ["path"] = path }, ("version", version)), async client => await client.Secrets.RevealAsync(path, version))
    {
        Command = ["get", path, .. Option("--version", version)],
        Shape = Members("key", "version", "value"),
    };

    /// <summary>Keys and values, by a command those of an export.</summary>
    public static Operation Fetch(string project, string environment, string? at = null, params string[] keys) => new(
        "POST", $"/projects/by-slug/{project}/environments/{environment}/reveal",
        With(new JsonObject(), ("keys", keys.Length == 0 ? null : Texts(keys)), ("at", at)),
        async client => (await client.Environments.RevealAsync($"{project}/{environment}", keys.Length == 0 ? null : keys, Time(at)))
            .Secrets.ToDictionary(secret => secret.Key, secret => secret.Value))
    {
        Command =
        [
            "export", "--format", "json", "--env", $"{project}/{environment}", .. Option("--at", at),
            .. Option("--only", keys.Length == 0 ? null : string.Join(',', keys)),
        ],
        Shape = data => new JsonObject(data["secrets"]!.AsArray()
            .Select(secret => KeyValuePair.Create((string)secret!["key"]!, (JsonNode?)(string)secret["value"]!))),
    };

    /// <summary>All that the reveal of an environment says, unless it is known.</summary>
    public static Operation RevealAll(string environmentId, string? known = null, string? at = null) => new(
        "POST", $"/environments/{environmentId}/reveal", at is null ? null : new JsonObject { ["at"] = at },
        async client => known is null
            ? await client.Environments.RevealAsync(environmentId, null, Time(at))
            : await client.Environments.RevealIfChangedAsync(environmentId, known))
    {
        KnownRevision = known,
    };

    public static Operation DeleteSecret(string id) =>
        new("DELETE", $"/secrets/{id}", null, async client => await client.Secrets.DeleteAsync(id)) { Command = ["secret", "rm", id] };

    public static Operation RollBack(string id, int version, string? comment = null) => new(
        "POST", $"/secrets/{id}/rollback", With(new JsonObject { ["version"] = version }, ("comment", comment)),
        async client => await client.Secrets.RollBackAsync(id, new RollbackRequest(version, comment)))
    {
        Command = ["secret", "rollback", id, "--to", Text(version), .. Option("--comment", comment)],
    };

    public static Operation Restore(string environmentId, string at, bool dryRun) => new(
        "POST", $"/environments/{environmentId}/restore", new JsonObject { ["at"] = at, ["dryRun"] = dryRun, ["prune"] = true },
        async client => await client.Environments.RestoreAsync(environmentId, new RestoreRequest(Time(at)!.Value, dryRun, true, null)))
    {
        Command = ["env", "restore", environmentId, "--at", at, "--prune", .. dryRun ? DryRun : []],
    };

    public static Operation Compare(string here, string there) => new(
        "POST", $"/environments/{here}/compare", new JsonObject { ["with"] = there },
        async client => await client.Environments.CompareAsync(here, new CompareRequest(there, null, null)))
    {
        Command = ["env", "diff", here, there, "--all"],
    };

    public static Operation History(string environmentId) =>
        List($"/environments/{environmentId}/history", client => client.Environments.ListHistoryAsync(environmentId));

    public static Operation Search(string text) => List($"/search/secrets?q={Uri.EscapeDataString(text)}", client => client.SearchAsync(text));

    public static Operation Audit(string action, string? outcome = null) => List(
        $"/audit?action={action}{(outcome is null ? "" : "&outcome=" + outcome)}",
        client => client.ListAuditAsync(new AuditFilter { Action = action, Outcome = outcome }),
        ["audit", "--action", action, .. Option("--outcome", outcome)]);

    private static readonly string[] DryRun = ["--dry-run"];

    private static JsonObject Secret(string key, string value) => new() { ["key"] = key, ["value"] = value };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    private static string Text(int? number) => number!.Value.ToString(CultureInfo.InvariantCulture);

    private static string[] Option(string name, int? number) => number is null ? [] : [name, Text(number)];

    private static string[] Option(string name, string? text) => text is null ? [] : [name, text];

    private static Instant? Time(string? at) =>
        at is null ? null : Instant.TryParse(at, out var instant) ? instant : throw new ArgumentException("no time", nameof(at));

    private static Func<JsonNode, JsonNode> Members(params string[] names) =>
        data => new JsonObject(names.Select(name => KeyValuePair.Create(name, data[name]?.DeepClone())));
}

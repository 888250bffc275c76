using System.Globalization;
using System.Text.Json.Nodes;
using Secronna.Client;
using Secronna.Protocol;
using static Secronna.Tests.Contract.Operations;

namespace Secronna.Tests.Contract;

/// <summary>The operations on secrets, on past states, and on the audit trail.</summary>
internal static class SecretOperations
{
    public static Operation Write(string environmentId, string key, string value, int? expected = null, string? comment = null) => new(
        "PUT", $"/environments/{environmentId}/secrets", With(Secret(key, value), ("expectedVersion", expected), ("comment", comment)),
        async client => await client.Environments.WriteAsync(environmentId, new WriteSecretRequest(key, value, expected, comment)))
    {
        // The command takes an empty value only as an argument: an empty standard input could be an accident.
        Command = ["secret", "set", environmentId, key, .. value.Length == 0 ? [""] : (string[])[], .. Option("--expect-version", expected), .. Option("--comment", comment)],
        Status = 201,
        // The command removes one newline (\n or \r\n) from the end of its input.
        Input = value + (value.EndsWith('\r') ? "\r\n" : "\n"),
    };

    public static Operation Batch(string environmentId, params (string Key, string Value, int? Expected)[] secrets) => BatchOf(environmentId, null, secrets);

    /// <summary>A batch with one comment for all its writes.</summary>
    public static Operation BatchOf(string environmentId, string? comment, params (string Key, string Value, int? Expected)[] secrets) => new(
        "POST", $"/environments/{environmentId}/secrets/batch",
        With(
            new JsonObject { ["secrets"] = new JsonArray([.. secrets.Select(secret => With(Secret(secret.Key, secret.Value), ("expectedVersion", secret.Expected)))]) },
            ("comment", comment)),
        async client => await client.Environments.WriteAllAsync(
            environmentId, new BatchRequest([.. secrets.Select(secret => new WriteSecretRequest(secret.Key, secret.Value, secret.Expected, null))], comment)))
    {
        Status = 201,
    };

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

    /// <summary>Reveals a secret by its path.</summary>
    public static Operation Get(string path, int? version = null) => new(
        "POST", "/reveal", With(new JsonObject { ["path"] = path }, ("version", version)), async client => await client.Secrets.RevealAsync(path, version))
    {
        Command = ["get", path, .. Option("--version", version)],
        Shape = Members("key", "version", "value"),
    };

    /// <summary>Reveals an environment as keys and values. The command line does this by an export.</summary>
    public static Operation Fetch(string project, string environment, string? at = null, params string[] keys) => new(
        "POST", $"/projects/by-slug/{project}/environments/{environment}/reveal",
        Selection(at, keys) ?? new JsonObject(),
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

    /// <summary>Reveals an environment with everything that the answer holds, unless the known revision is current.</summary>
    public static Operation RevealAll(string environmentId, string? known = null, string? at = null, params string[] keys) => new(
        "POST", $"/environments/{environmentId}/reveal", Selection(at, keys),
        async client => known is null
            ? await client.Environments.RevealAsync(environmentId, keys.Length == 0 ? null : keys, Time(at))
            : await client.Environments.RevealIfChangedAsync(environmentId, known, keys.Length == 0 ? null : keys))
    {
        KnownRevision = known,
    };

    public static Operation DeleteSecret(string id) =>
        new("DELETE", $"/secrets/{id}", null, async client => await client.Secrets.DeleteAsync(id)) { Command = ["secret", "rm", id] };

    public static Operation DestroyVersion(string id, int version) => new(
        "DELETE", $"/secrets/{id}/versions/{Text(version)}", null, async client => await client.Secrets.DestroyVersionAsync(id, version))
    {
        Command = ["secret", "destroy", id, "--version", Text(version), "--yes"],
    };

    public static Operation RollBack(string id, int version, string? comment = null) => new(
        "POST", $"/secrets/{id}/rollback", With(new JsonObject { ["version"] = version }, ("comment", comment)),
        async client => await client.Secrets.RollBackAsync(id, new RollbackRequest(version, comment)))
    {
        Command = ["secret", "rollback", id, "--to", Text(version), .. Option("--comment", comment)],
        Status = 201,
    };

    public static Operation Restore(string environmentId, string at, bool dryRun, bool prune = true, string? comment = null) => new(
        "POST", $"/environments/{environmentId}/restore",
        With(new JsonObject { ["at"] = at, ["dryRun"] = dryRun, ["prune"] = prune }, ("comment", comment)),
        async client => await client.Environments.RestoreAsync(environmentId, new RestoreRequest(Time(at)!.Value, dryRun, prune, comment)))
    {
        Command =
        [
            "env", "restore", environmentId, "--at", at, .. prune ? Prune : [], .. dryRun ? DryRun : [], .. Option("--comment", comment),
        ],
    };

    /// <summary>Compares two environments. The command line has a command only for comparing current states.</summary>
    public static Operation Compare(string here, string there, string? at = null, string? withAt = null) => new(
        "POST", $"/environments/{here}/compare", With(new JsonObject { ["with"] = there }, ("at", at), ("withAt", withAt)),
        async client => await client.Environments.CompareAsync(here, new CompareRequest(there, Time(at), Time(withAt))))
    {
        Command = at is null && withAt is null ? ["env", "diff", here, there, "--all"] : null,
    };

    public static Operation History(string environmentId) =>
        List($"/environments/{environmentId}/history", client => client.Environments.ListHistoryAsync(environmentId));

    public static Operation Search(string text) => List($"/search/secrets?q={Uri.EscapeDataString(text)}", client => client.SearchAsync(text));

    public static Operation Audit(
        string action, string? outcome = null, string? actor = null, string? project = null, string? environment = null, string? secret = null,
        string? from = null, string? to = null) => List(
        "/audit?action=" + action + Parameters(
            ("outcome", outcome), ("actorId", actor), ("projectId", project), ("environmentId", environment), ("secretId", secret), ("from", from), ("to", to)),
        client => client.ListAuditAsync(new AuditFilter
        {
            Action = action, Outcome = outcome, ActorId = actor, ProjectId = project, EnvironmentId = environment, SecretId = secret,
            From = Time(from), To = Time(to),
        }),
        [
            "audit", "--action", action, .. Option("--outcome", outcome), .. Option("--actor", actor), .. Option("--project", project),
            .. Option("--environment", environment), .. Option("--secret", secret), .. Option("--since", from), .. Option("--until", to),
        ]);

    public static Operation AuditEntry(long sequence) =>
        List($"/audit?sequence={sequence}", client => client.ListAuditAsync(new AuditFilter { Sequence = sequence }));

    private static readonly string[] Prune = ["--prune"];

    private static readonly string[] DryRun = ["--dry-run"];

    // No body means the same as an empty object.
    private static JsonObject? Selection(string? at, string[] keys) => at is null && keys.Length == 0
        ? null
        : With(new JsonObject(), ("keys", keys.Length == 0 ? null : Texts(keys)), ("at", at));

    private static JsonObject Secret(string key, string value) => new() { ["key"] = key, ["value"] = value };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    private static string Text(int? number) => number!.Value.ToString(CultureInfo.InvariantCulture);

    private static string[] Option(string name, int? number) => number is null ? [] : [name, Text(number)];

    private static string[] Option(string name, string? text) => text is null ? [] : [name, text];

    private static Instant? Time(string? at) =>
        at is null ? null : Instant.TryParse(at, out var instant) ? instant : throw new ArgumentException("not a time", nameof(at));

    private static string Parameters(params (string Name, string? Value)[] parameters) =>
        string.Concat(parameters.Where(parameter => parameter.Value is not null).Select(parameter => $"&{parameter.Name}={parameter.Value}"));

    private static Func<JsonNode, JsonNode> Members(params string[] names) =>
        data => new JsonObject(names.Select(name => KeyValuePair.Create(name, data[name]?.DeepClone())));
}

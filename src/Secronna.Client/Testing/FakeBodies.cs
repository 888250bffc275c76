using System.Text.Json;
using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>Reads the bodies of requests, as strictly as the server does.</summary>
internal static class FakeBodies
{
    private const int PathLength = (2 * Limits.NameLength) + Limits.KeyLength + 2;

    private static readonly string KeyRule =
        $"must be a letter or underscore, then letters, digits and underscores, at most {Limits.KeyLength}";

    public static bool None(JsonElement json)
    {
        _ = new FakeFields(json, "");
        return true;
    }

    public static string Name(JsonElement json)
    {
        var fields = new FakeFields(json, "", "name");
        return NameOf(fields) ?? throw fields.Missing("name");
    }

    public static WriteSecretRequest Write(JsonElement json) => Write(json, "");

    /// <summary>The writes of a batch; its comment stands for those that have none of their own.</summary>
    public static IReadOnlyList<WriteSecretRequest> Batch(JsonElement json)
    {
        var fields = new FakeFields(json, "", "secrets", "comment");
        var secrets = fields.Array("secrets") ?? throw fields.Missing("secrets");
        if (secrets.Count is 0 or > Limits.BatchKeys)
        {
            throw FakeErrors.Invalid("secrets", secrets.Count == 0
                ? "must have at least one entry" : $"has over {Limits.BatchKeys} keys: send several batches");
        }

        var comment = fields.Text("comment", Limits.CommentLength);
        var writes = secrets.Select((secret, i) => Write(secret, $"secrets[{i}].")).ToList();
        RequireDistinct(writes.Select(write => write.Key), i => $"secrets[{i}].key");
        return [.. writes.Select(write => write with { Comment = write.Comment ?? comment })];
    }

    public static RevealPathRequest Path(JsonElement json)
    {
        var fields = new FakeFields(json, "", "path", "version");
        var path = fields.RequiredText("path", PathLength);
        var version = fields.Int32("version", 1, int.MaxValue);
        return path.Split('/') is [{ Length: > 0 }, { Length: > 0 }, { Length: > 0 }]
            ? new RevealPathRequest(path, version)
            : throw FakeErrors.Invalid("path", "must be project/environment/KEY, of slugs and a key");
    }

    public static RevealEnvironmentRequest Selection(JsonElement json)
    {
        var fields = new FakeFields(json, "", "keys", "at");
        var keys = fields.Texts("keys", Limits.KeyLength);
        if (keys?.ToList().FindIndex(key => !Names.IsKey(key)) is { } wrong and >= 0)
        {
            throw FakeErrors.Invalid($"keys[{wrong}]", KeyRule);
        }

        RequireDistinct(keys ?? [], i => $"keys[{i}]");
        return keys is { Count: > Limits.EnvironmentKeys }
            ? throw FakeErrors.Invalid("keys", $"has over {Limits.EnvironmentKeys} keys")
            : new RevealEnvironmentRequest(keys, fields.Time("at"));
    }

    public static RollbackRequest Rollback(JsonElement json)
    {
        var fields = new FakeFields(json, "", "version", "comment");
        return new RollbackRequest(
            fields.Int32("version", 1, int.MaxValue) ?? throw fields.Missing("version"), fields.Text("comment", Limits.CommentLength));
    }

    public static RestoreRequest Restore(JsonElement json)
    {
        var fields = new FakeFields(json, "", "at", "dryRun", "prune", "comment");
        return new RestoreRequest(
            fields.Time("at") ?? throw fields.Missing("at"), fields.Flag("dryRun"), fields.Flag("prune"),
            fields.Text("comment", Limits.CommentLength));
    }

    public static CompareRequest Compare(JsonElement json)
    {
        var fields = new FakeFields(json, "", "with", "at", "withAt");
        return new CompareRequest(fields.RequiredText("with", Limits.KeyLength), fields.Time("at"), fields.Time("withAt"));
    }

    public static AccessKeyRequest NewAccessKey(JsonElement json)
    {
        var change = AccessKey(json);
        return new AccessKeyRequest(change.Name ?? throw FakeErrors.Invalid("name", "is required"), change.ExpiresInDays, change.Grants);
    }

    public static AccessKeyChangeRequest AccessKey(JsonElement json)
    {
        var fields = new FakeFields(json, "", "name", "expiresInDays", "grants");
        var grants = fields.Array("grants")?.Select((grant, i) => Grant(grant, $"grants[{i}].")).ToList();
        return grants is { Count: > Limits.Grants }
            ? throw FakeErrors.Invalid("grants", $"has more than {Limits.Grants} grants")
            : grants?.Sum(grant => grant.Path.Length) > Limits.GrantsLength
                ? throw FakeErrors.Invalid("grants", $"have paths of more than {Limits.GrantsLength} characters together")
                : new AccessKeyChangeRequest(NameOf(fields), fields.Int32("expiresInDays", 1, Limits.ExpiryDays), grants);
    }

    private static Grant Grant(JsonElement json, string prefix)
    {
        var fields = new FakeFields(json, prefix, "path", "actions");
        var path = fields.RequiredText("path", Limits.GrantPathLength);
        var actions = fields.Texts("actions", Limits.KeyLength) ?? throw fields.Missing("actions");
        if (actions.Count == 0)
        {
            throw FakeErrors.Invalid(prefix + "actions", "must not be empty");
        }

        if (actions.Distinct().Count() != actions.Count || !actions.All(GrantActionNames.All.Contains))
        {
            throw FakeErrors.Invalid(
                prefix + "actions", $"must list some of these, each once: {string.Join(", ", GrantActionNames.All)}");
        }

        return Names.IsGrantPath(path) ? new Grant(path, actions) : throw FakeErrors.Invalid(
            prefix + "path", "must be project, project/environment or project/environment/KEY, of slugs and a key, with * for any characters");
    }

    private static WriteSecretRequest Write(JsonElement json, string prefix)
    {
        var fields = new FakeFields(json, prefix, "key", "value", "expectedVersion", "comment");
        var key = fields.RequiredText("key", Limits.KeyLength);
        return Names.IsKey(key)
            ? new WriteSecretRequest(
                key, fields.Value("value"), fields.Int32("expectedVersion", 0, int.MaxValue), fields.Text("comment", Limits.CommentLength))
            : throw FakeErrors.Invalid(prefix + "key", KeyRule);
    }

    private static string? NameOf(FakeFields fields) => fields.Text("name", Limits.NameLength)?.Trim() is not { } name ? null
        : name.Length > 0 ? name : throw FakeErrors.Invalid("name", "must not be empty");

    private static void RequireDistinct(IEnumerable<string> keys, Func<int, string> field)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, key) in keys.Index())
        {
            if (!seen.Add(key))
            {
                throw FakeErrors.Invalid(field(i), "appears twice");
            }
        }
    }
}

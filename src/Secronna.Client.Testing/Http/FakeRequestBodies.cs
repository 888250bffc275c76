using System.Text.Json;
using Secronna.Client.Testing.Errors;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Http;

/// <summary>
/// Parses the bodies of requests as strictly as the server does: every fault is a VALIDATION_ERROR that names the field.
/// </summary>
internal static class FakeRequestBodies
{
    private static readonly string KeyRule =
        $"must be a letter or underscore, then letters, digits and underscores, at most {Limits.KeyLength}";

    /// <summary>Parses the body of a route that takes no body. Only an empty object is accepted.</summary>
    public static bool Empty(JsonElement json)
    {
        _ = new FakeJsonFields(json, "");
        return true;
    }

    public static string Name(JsonElement json)
    {
        var fields = new FakeJsonFields(json, "", "name");
        return NameField(fields) ?? throw fields.Missing("name");
    }

    /// <summary>The body that changes an environment: at least one member, and no null.</summary>
    public static EnvironmentChangeRequest ChangeEnvironment(JsonElement json)
    {
        var fields = new FakeJsonFields(json, "", "name", "requireReason");
        var name = NameField(fields);
        var requireReason = fields.Flag("requireReason");
        return fields.Has("name") && name is null ? throw FakeErrors.Invalid("name", "must be a string")
            : fields.Has("requireReason") && requireReason is null ? throw FakeErrors.Invalid("requireReason", "must be true or false")
            : name is null && requireReason is null ? throw FakeErrors.InvalidBody("name or requireReason: at least one of them is required")
            : new EnvironmentChangeRequest(name, requireReason);
    }

    public static WriteSecretRequest Write(JsonElement json) => Write(json, "");

    /// <summary>The writes of a batch. The batch's comment is used for the writes that have no comment of their own.</summary>
    public static IReadOnlyList<WriteSecretRequest> Batch(JsonElement json)
    {
        var fields = new FakeJsonFields(json, "", "secrets", "comment");
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

    public static RevealPathRequest RevealPath(JsonElement json)
    {
        var fields = new FakeJsonFields(json, "", "path", "version");
        var path = fields.RequiredText("path", Limits.GrantPathLength);
        var version = fields.Int32("version", 1, int.MaxValue);
        return path.Split('/') is [{ Length: > 0 }, { Length: > 0 }, { Length: > 0 }]
            ? new RevealPathRequest(path, version)
            : throw FakeErrors.Invalid("path", "must be project/environment/KEY: two slugs and a key");
    }

    public static RevealEnvironmentRequest RevealEnvironment(JsonElement json)
    {
        var fields = new FakeJsonFields(json, "", "keys", "at");
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
        var fields = new FakeJsonFields(json, "", "version", "comment");
        return new RollbackRequest(
            fields.Int32("version", 1, int.MaxValue) ?? throw fields.Missing("version"), fields.Text("comment", Limits.CommentLength));
    }

    public static RestoreRequest Restore(JsonElement json)
    {
        var fields = new FakeJsonFields(json, "", "at", "dryRun", "prune", "comment");
        return new RestoreRequest(
            fields.Time("at") ?? throw fields.Missing("at"), fields.Flag("dryRun"), fields.Flag("prune"),
            fields.Text("comment", Limits.CommentLength));
    }

    public static CompareRequest Compare(JsonElement json)
    {
        var fields = new FakeJsonFields(json, "", "with", "at", "withAt");
        return new CompareRequest(fields.RequiredText("with", Limits.KeyLength), fields.Time("at"), fields.Time("withAt"));
    }

    private static WriteSecretRequest Write(JsonElement json, string prefix)
    {
        var fields = new FakeJsonFields(json, prefix, "key", "value", "expectedVersion", "comment");
        var key = fields.RequiredText("key", Limits.KeyLength);
        return Names.IsKey(key)
            ? new WriteSecretRequest(
                key, fields.SecretValue("value"), fields.Int32("expectedVersion", 0, int.MaxValue), fields.Text("comment", Limits.CommentLength))
            : throw FakeErrors.Invalid(prefix + "key", KeyRule);
    }

    /// <summary>The field <c>name</c>, without white space at its ends; <c>null</c> where it is absent.</summary>
    public static string? NameField(FakeJsonFields fields) => fields.Text("name", Limits.NameLength)?.Trim() is not { } name ? null
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

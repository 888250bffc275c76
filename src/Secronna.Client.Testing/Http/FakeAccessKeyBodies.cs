using System.Text.Json;
using Secronna.Client.Testing.Errors;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Http;

/// <summary>What a request says of a key.</summary>
/// <param name="Name">The name; <c>null</c> where the request names none.</param>
/// <param name="HasExpiry">Whether the request says when the key expires.</param>
/// <param name="ExpiresInDays">In how many days the key expires; <c>null</c> is never.</param>
/// <param name="Grants">The grants; <c>null</c> where the request names none.</param>
internal sealed record FakeKeyChange(string? Name, bool HasExpiry, int? ExpiresInDays, IReadOnlyList<Grant>? Grants);

/// <summary>Parses the bodies that create and change keys.</summary>
internal static class FakeAccessKeyBodies
{
    public static FakeKeyChange Create(JsonElement json) =>
        Read(json) is { Name: not null } key ? key : throw FakeErrors.Invalid("name", "is required");

    public static FakeKeyChange Change(JsonElement json)
    {
        var change = Read(json);
        return change.Name is null && json.TryGetProperty("name", out _) ? throw FakeErrors.Invalid("name", "must be a string") : change;
    }

    /// <summary>The body that creates an API key.</summary>
    public static FakeKeyChange ApiKey(JsonElement json)
    {
        var fields = new FakeJsonFields(json, "", "name", "expiresInDays");
        return new FakeKeyChange(
            FakeRequestBodies.NameField(fields) ?? throw fields.Missing("name"), true, fields.Int32("expiresInDays", 1, Limits.ExpiryDays), null);
    }

    private static FakeKeyChange Read(JsonElement json)
    {
        var fields = new FakeJsonFields(json, "", "name", "expiresInDays", "grants");
        var grants = fields.Array("grants")?.Select((grant, i) => Grant(grant, $"grants[{i}].")).ToList();
        return grants is null && fields.Has("grants")
            ? throw FakeErrors.Invalid("grants", "must be an array")
            : grants is { Count: > Limits.Grants }
            ? throw FakeErrors.Invalid("grants", $"has more than {Limits.Grants} grants")
            : grants?.Sum(grant => grant.Path.Length) > Limits.GrantsLength
            ? throw FakeErrors.Invalid("grants", $"have paths of more than {Limits.GrantsLength} characters together")
            : new FakeKeyChange(
                FakeRequestBodies.NameField(fields), fields.Has("expiresInDays"), fields.Int32("expiresInDays", 1, Limits.ExpiryDays), grants);
    }

    private static Grant Grant(JsonElement json, string prefix)
    {
        var fields = new FakeJsonFields(json, prefix, "path", "actions");
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
            prefix + "path", "must be project, project/environment or project/environment/KEY: slugs and a key, in which * stands for any characters");
    }
}

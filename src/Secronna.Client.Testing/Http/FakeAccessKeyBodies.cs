using System.Text.Json;
using Secronna.Client.Testing.Errors;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Http;

/// <summary>Parses the bodies that create and change access keys.</summary>
internal static class FakeAccessKeyBodies
{
    public static AccessKeyRequest Create(JsonElement json)
    {
        var change = Change(json);
        return new AccessKeyRequest(change.Name ?? throw FakeErrors.Invalid("name", "is required"), change.ExpiresInDays, change.Grants);
    }

    public static AccessKeyChangeRequest Change(JsonElement json)
    {
        var fields = new FakeJsonFields(json, "", "name", "expiresInDays", "grants");
        var grants = fields.Array("grants")?.Select((grant, i) => Grant(grant, $"grants[{i}].")).ToList();
        return grants is { Count: > Limits.Grants }
            ? throw FakeErrors.Invalid("grants", $"has more than {Limits.Grants} grants")
            : grants?.Sum(grant => grant.Path.Length) > Limits.GrantsLength
                ? throw FakeErrors.Invalid("grants", $"have paths of more than {Limits.GrantsLength} characters together")
                : new AccessKeyChangeRequest(FakeRequestBodies.NameField(fields), fields.Int32("expiresInDays", 1, Limits.ExpiryDays), grants);
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

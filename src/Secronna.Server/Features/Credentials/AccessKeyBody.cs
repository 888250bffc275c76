using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Http;

namespace Secronna.Server.Features.Credentials;

/// <summary>Parses the bodies that create and change access keys.</summary>
internal static class AccessKeyBody
{
    private static readonly string[] AccessKeyFields = ["name", "expiresInDays", "grants"];
    private static readonly string[] GrantFields = ["path", "actions"];

    /// <summary>Reads a body.</summary>
    /// <param name="reader">Stands at the body's first token.</param>
    /// <param name="maxNameLength">Characters that a name may have.</param>
    /// <param name="isNew">Whether the body creates a key. A new key needs a name. A null lifts the expiry of an old one.</param>
    public static AccessKeyChange Read(ref Utf8JsonReader reader, int maxNameLength, bool isNew)
    {
        string? name = null;
        KeyExpiry? expiry = null;
        List<Grant>? grants = null;
        var fields = JsonFields.Begin(ref reader, "", AccessKeyFields);
        while (fields.Next(ref reader, out var field))
        {
            switch (field)
            {
                case 0: name = ReadName(ref reader, fields, field, maxNameLength, isNew); break;
                case 1: expiry = new KeyExpiry(fields.ReadInt32(ref reader, field, 1, Limits.ExpiryDays)); break;
                default: grants = ReadGrants(ref reader, fields, field); break;
            }
        }

        if (isNew)
        {
            fields.Require(0, name is not null);
        }

        return new AccessKeyChange(name, expiry, grants);
    }

    // The name of a new key is required below, whatever was sent in its place.
    private static string? ReadName(ref Utf8JsonReader reader, JsonFields fields, int field, int maxLength, bool isNew) =>
        NameBody.ReadName(ref reader, fields, field, maxLength)
        ?? (isNew ? null : throw Errors.Invalid(fields.Name(field), "must be a string"));

    // An explicit null is refused: it could be meant as nothing, or as everything.
    private static List<Grant> ReadGrants(ref Utf8JsonReader reader, JsonFields fields, int field)
    {
        fields.RequireArray(ref reader, field);
        var grants = new List<Grant>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (grants.Count == Limits.Grants)
            {
                throw Errors.Invalid(fields.Name(field), $"has more than {Limits.Grants} grants");
            }

            grants.Add(ReadGrant(ref reader, $"{fields.Name(field)}[{grants.Count}]."));
        }

        return grants.Sum(grant => grant.Path.Length) <= Limits.GrantsLength
            ? grants
            : throw Errors.Invalid(fields.Name(field), $"have paths of more than {Limits.GrantsLength} characters together");
    }

    private static Grant ReadGrant(ref Utf8JsonReader reader, string prefix)
    {
        string? path = null;
        List<string>? actions = null;
        var fields = JsonFields.Begin(ref reader, prefix, GrantFields);
        while (fields.Next(ref reader, out var field))
        {
            switch (field)
            {
                case 0: path = fields.ReadString(ref reader, field, Limits.GrantPathLength); break;
                default: actions = ReadActions(ref reader, fields, field); break;
            }
        }

        fields.Require(0, path is not null);
        fields.Require(1, actions is not null);
        return Names.IsGrantPath(path!)
            ? new Grant(path!, actions!)
            : throw Errors.Invalid(
                fields.Name(0), "must be project, project/environment or project/environment/KEY: slugs and a key, in which * stands for any characters");
    }

    private static List<string> ReadActions(ref Utf8JsonReader reader, JsonFields fields, int field)
    {
        fields.RequireArray(ref reader, field);
        var actions = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var action = fields.ReadString(ref reader, field, Limits.KeyLength);
            if (action is null || !GrantActionNames.All.Contains(action) || actions.Contains(action))
            {
                throw Errors.Invalid(fields.Name(field), $"must list some of these, each once: {string.Join(", ", GrantActionNames.All)}");
            }

            actions.Add(action);
        }

        return actions.Count > 0 ? actions : throw Errors.Invalid(fields.Name(field), "must not be empty");
    }
}

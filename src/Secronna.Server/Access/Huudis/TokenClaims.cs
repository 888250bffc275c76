using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Configuration;

namespace Secronna.Server.Access.Huudis;

/// <summary>What an access token says of its holder. Only what a verified token says is read here.</summary>
internal sealed record TokenClaims(
    string Subject, string WorkspaceId, string ActorType, string? Name, string? Role, bool HasSecondFactor)
{
    // What only ID tokens have (OpenID Connect Core 1.0, sections 2 and 3.1.3.6).
    private static readonly string[] OfIdTokens = ["nonce", "at_hash"];

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = Limits.JsonDepth };

    /// <summary>The claims of a token's payload; null when it is not an access token as the contract has them.</summary>
    public static TokenClaims? Read(ReadOnlyMemory<byte> payload, HuudisClaimSettings names)
    {
        using var document = Parse(payload);
        if (document?.RootElement is not { ValueKind: JsonValueKind.Object } claims
            || OfIdTokens.Any(name => claims.TryGetProperty(name, out _))
            || Text(claims, "scope") is null
            || Text(claims, names.Subject) is not { } subject || !IsActorId(subject)
            || Text(claims, names.Workspace) is not { } workspaceId || !Names.IsWorkspaceId(workspaceId)
            || ActorTypeOf(claims, names.IdentityType) is not { } actorType)
        {
            return null;
        }

        return new TokenClaims(
            subject, workspaceId, actorType, NameOf(claims, names), RoleOf(claims, names.Role),
            claims.TryGetProperty(names.MfaVerified, out var verified) && verified.ValueKind == JsonValueKind.True);
    }

    /// <summary>Whether a part of a token says nothing twice: which of two would count, readers disagree on.</summary>
    public static bool SaysNothingTwice(ReadOnlyMemory<byte> part)
    {
        using var document = Parse(part);
        return document is not null;
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json, Strict);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement claims, string name)
    {
        if (!claims.TryGetProperty(name, out var claim) || claim.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return claim.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return null;
        }
    }

    // It is written into the audit trail with everything that its bearer does.
    private static bool IsActorId(string subject) =>
        subject.Length is > 0 and <= Limits.ActorIdLength && subject.All(character => character is > ' ' and <= '~');

    private static string? ActorTypeOf(JsonElement claims, string name) => claims.TryGetProperty(name, out _)
        ? Text(claims, name) switch
        {
            ActorTypes.User => ActorTypes.User,
            ActorTypes.ServiceAccount => ActorTypes.ServiceAccount,
            _ => null,
        }
        : ActorTypes.User;

    private static string? NameOf(JsonElement claims, HuudisClaimSettings names) =>
        (Text(claims, names.Name) ?? Text(claims, names.Email)) is { Length: > 0 and <= Limits.ActorIdLength } name ? name : null;

    // One that is there but no text is no role that is known.
    private static string? RoleOf(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out _) ? Text(claims, name) ?? "" : null;
}

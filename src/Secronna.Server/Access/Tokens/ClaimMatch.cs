using System.Text.Json;

namespace Secronna.Server.Access.Tokens;

/// <summary>Compares a claim with the values that are accepted for it.</summary>
internal static class ClaimMatch
{
    /// <summary>
    /// Whether a claim has only accepted values. A text, and a number or boolean as it is written in the JSON, is one value. A
    /// list must have a value, and all its values must be accepted. <c>null</c>, objects and lists in lists never match.
    /// </summary>
    public static bool Matches(JsonElement claim, Func<string, bool> isAccepted) => claim.ValueKind == JsonValueKind.Array
        ? claim.GetArrayLength() > 0 && claim.EnumerateArray().All(item => MatchesOne(item, isAccepted))
        : MatchesOne(claim, isAccepted);

    /// <summary>Whether the token has all required claims.</summary>
    public static bool HasAll(JsonElement claims, IEnumerable<RequiredClaim> required) => required.All(one =>
        ClaimPath.TryFind(claims, one.Claim, out var claim) && Matches(claim, value => value == one.Value));

    // A number is compared by its digits. A floating-point number would make different ids equal.
    private static bool MatchesOne(JsonElement value, Func<string, bool> isAccepted) => value.ValueKind switch
    {
        JsonValueKind.String => StrictJson.Text(value) is { } text && isAccepted(text),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => isAccepted(value.GetRawText()),
        _ => false,
    };
}

using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Secronna.Client;

namespace Secronna.Cli.Session;

/// <summary>
/// Looks at a token that a provider gave, without verifying it: a token that no server can accept must not be kept as a session.
/// </summary>
internal static class ReceivedToken
{
    private const int SignedParts = 3;
    private const int EncryptedParts = 5;

    /// <summary>Requires that the token is a signed JWT for this audience.</summary>
    /// <param name="token">The token.</param>
    /// <param name="client">The client that asked for it.</param>
    /// <param name="issuer">The provider, for errors.</param>
    /// <exception cref="SecronnaException">VALIDATION_ERROR: the token is opaque, encrypted or for another audience.</exception>
    public static void Require(string token, ProviderClient client, string issuer)
    {
        if (token.Count('.') == EncryptedParts - 1)
        {
            throw IdentityProviderErrors.Invalid(
                $"{issuer} gave an encrypted token, which no server can read: let the provider sign tokens for this server without encrypting them");
        }

        using var payload = Payload(token) ?? throw IdentityProviderErrors.Invalid(
            $"{issuer} gave an opaque token, which no server can verify: the server's operator can name an audience "
            + "(Secronna__Huudis__AuthParams__audience), or let the server accept ID tokens (Secronna__Huudis__TokenType=IdToken)");
        var audiences = Audiences(payload.RootElement).ToList();
        if (client.Audience is { } wanted && !audiences.Contains(wanted))
        {
            throw IdentityProviderErrors.Invalid(
                $"{issuer} gave a token for {(audiences.Count == 0 ? "no audience" : string.Join(", ", audiences))}, and not for {wanted}");
        }
    }

    /// <summary>When the token expires, by its own claim; <c>null</c> where it doesn't say.</summary>
    public static DateTimeOffset? Expiry(string token)
    {
        using var payload = Payload(token);
        return payload is not null && payload.RootElement.TryGetProperty("exp", out var expiry) && expiry.ValueKind == JsonValueKind.Number
            && expiry.TryGetDouble(out var seconds) && seconds is > 0 and < 253_402_300_799
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : null;
    }

    private static JsonDocument? Payload(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != SignedParts)
        {
            return null;
        }

        try
        {
            var payload = JsonDocument.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])));
            if (payload.RootElement.ValueKind == JsonValueKind.Object)
            {
                return payload;
            }

            payload.Dispose();
            return null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Audiences(JsonElement payload) => !payload.TryGetProperty("aud", out var audience) ? []
        : audience.ValueKind == JsonValueKind.Array ? audience.EnumerateArray().SelectMany(Text)
        : Text(audience);

    private static IEnumerable<string> Text(JsonElement json) => json.ValueKind == JsonValueKind.String ? [json.GetString()!] : [];
}

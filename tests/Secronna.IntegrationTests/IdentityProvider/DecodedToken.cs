using System.Buffers.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Secronna.IdentityProvider;
using Xunit;

namespace Secronna.IntegrationTests.IdentityProvider;

/// <summary>The decoded header and claims of a signed token.</summary>
internal sealed record DecodedToken(JsonObject Header, JsonObject Claims)
{
    public static DecodedToken Of(string? token)
    {
        Assert.NotNull(token);
        var parts = token.Split('.');
        Assert.Equal(3, parts.Length);
        return new DecodedToken(Decode(parts[0]), Decode(parts[1]));
    }

    /// <summary>Whether the token verifies with the keys that the provider publishes now.</summary>
    public static async Task<bool> IsSignedAsync(TestIdentityProvider provider, string? token)
    {
        var published = new JsonWebKeySet((await provider.Client.JwksAsync()).ToJsonString());
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKeys = published.GetSigningKeys(),
            ValidIssuer = provider.Issuer,
            ValidateAudience = false,
            ValidateLifetime = false,
        });
        return result.IsValid;
    }

    private static JsonObject Decode(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part))!.AsObject();
}

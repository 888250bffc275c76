using System.Text;
using System.Text.Json.Nodes;
using Secronna.Server.Access.Tokens;
using Xunit;

namespace Secronna.UnitTests.Server.Access.Tokens;

/// <summary>Reads the payload of a token that changes some claims of a valid one.</summary>
internal static class TokenReading
{
    public static readonly DateTimeOffset Now = new(2026, 8, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Reads a token.</summary>
    /// <param name="changes">A JSON object: claims to add or replace. A claim whose value is the text <c>REMOVED</c> is left out.</param>
    /// <param name="configure">Changes the settings.</param>
    /// <param name="type">The header's <c>typ</c>.</param>
    public static TokenClaims? Read(string changes = "{}", Action<IdentityProviderSettings>? configure = null, string? type = "JWT")
    {
        var settings = new IdentityProviderSettings();
        settings.Audiences.Add("secronna");
        configure?.Invoke(settings);
        var claims = new JsonObject
        {
            ["sub"] = "usr_1",
            ["accountId"] = "acc_1",
            ["scope"] = "openid",
            ["iat"] = Now.ToUnixTimeSeconds(),
            ["exp"] = Now.AddMinutes(5).ToUnixTimeSeconds(),
        };
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject())
        {
            if (value is JsonValue text && text.TryGetValue<string>(out var written) && written == "REMOVED")
            {
                claims.Remove(name);
            }
            else
            {
                claims[name] = value?.DeepClone();
            }
        }

        return TokenClaims.Read(Encoding.UTF8.GetBytes(claims.ToJsonString()), new TokenHeader("ES256", type, "k"), settings, Now);
    }

    public static TokenClaims ReadValid(string changes = "{}", Action<IdentityProviderSettings>? configure = null, string? type = "JWT")
    {
        var read = Read(changes, configure, type);
        Assert.NotNull(read);
        return read;
    }
}

using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Secronna.IdentityProvider;
using Secronna.IdentityProvider.Keys;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Hosting.Configuration;
using Xunit;

namespace Secronna.IntegrationTests.Access.Tokens;

/// <summary>
/// Tokens as known providers give them are accepted or refused with the settings that the documentation recommends
/// (testdata/providers). The tokens are signed anew, by the key of the test's own provider, and are moved to the present.
/// </summary>
[Trait("Engine", "Sqlite")]
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class ProviderShapeTests
{
    private const string Folder = "providers/shapes/";

    public static TheoryData<string> Providers =>
    [
        .. typeof(ProviderShapeTests).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)),
    ];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Each_token_gives_what_the_shape_says(string file)
    {
        var shape = Resource(file);
        await using var provider = await TestIdentityProvider.StartAsync(new ProviderOptions { Algorithm = SigningAlgorithm.RS256 });
        var settings = Read(shape["settings"]!.AsObject());
        var issuer = settings.Huudis.Issuer!;
        await using var server = await StartAsync(provider, settings);
        foreach (var token in shape["tokens"]!.AsArray())
        {
            var reply = await server.With(Signed(provider, token!, issuer)).GetAsync("/me");
            Assert.True(
                JsonNode.DeepEquals(token!["gives"], reply.Status == 401 ? null : Given(reply)),
                $"{shape["provider"]}, {token["what"]}: {reply.Text}");
        }
    }

    [Fact]
    public async Task Dex_is_signed_in_with_by_its_ID_tokens()
    {
        var dex = Resource("providers/dex.json");
        await using var provider = await TestIdentityProvider.StartAsync(new ProviderOptions { Algorithm = SigningAlgorithm.RS256 });
        var wanted = new JsonObject
        {
            ["Issuer"] = (string?)dex["discovery"]!["issuer"],
            ["Audiences__0"] = "secronna",
            ["TokenType"] = "IdToken",
            ["Workspace"] = "acc_shapes",
            ["IssuerIsOurs"] = "true",
            ["DefaultRole"] = "viewer",
        };
        await using var idTokens = await StartAsync(provider, Read(wanted));
        wanted["TokenType"] = "AccessToken";
        await using var accessTokens = await StartAsync(provider, Read(wanted));
        foreach (var answer in new[] { "code", "refresh" })
        {
            foreach (var name in new[] { "id_token", "access_token" })
            {
                var token = Signed(provider, dex[answer]!["fields"]![name]!, (string)dex["discovery"]!["issuer"]!);
                var me = (await idTokens.With(token).GetAsync("/me")).Is(200).Data;
                Assert.Equal(("user", "viewer", "Ann Example"), (me.Text("actorType"), me.Text("role"), me.Text("name")));
                (await accessTokens.With(token).GetAsync("/me")).IsError(401, "AUTH_REQUIRED");
            }
        }
    }

    private static async Task<TestServer> StartAsync(TestIdentityProvider provider, Settings read)
    {
        var server = await TestServer.StartAsync(
            settings =>
            {
                settings.Huudis = read.Huudis;
                (settings.Huudis.Issuer, settings.Huudis.RequireHttpsMetadata) = (provider.Issuer, false);
            },
            provider: provider);
        await server.AllowAsync("acc_shapes");
        return server;
    }

    private static Settings Read(JsonObject settings) => SettingsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(
        settings.Select(setting => new KeyValuePair<string, string?>(
            "Secronna:Huudis:" + setting.Key.Replace("__", ":", StringComparison.Ordinal), (string?)setting.Value))).Build());

    // The issuer of the file is written as the issuer of the test's provider, and all times are moved by the same distance.
    private static string Signed(TestIdentityProvider provider, JsonNode token, string issuer)
    {
        var (header, payload) = (token["header"]!.DeepClone(), token["payload"]!.DeepClone().AsObject());
        (header["alg"], header["kid"]) = (provider.CurrentKey.Algorithm.ToString(), provider.CurrentKey.Kid);
        payload["iss"] = (string?)payload["iss"] == issuer ? provider.Issuer : (string?)payload["iss"];
        var distance = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - (long)payload["iat"]!;
        foreach (var time in new[] { "iat", "exp", "nbf", "auth_time" }.Where(payload.ContainsKey))
        {
            payload[time] = (long)payload[time]! + distance;
        }

        return provider.Forge.Sign(payload.ToJsonString(), header.ToJsonString());
    }

    private static JsonObject Given(Reply reply)
    {
        var me = reply.Is(200).Data;
        var given = new JsonObject
        {
            ["actorType"] = me.Text("actorType"), ["actorId"] = me.Text("actorId"), ["role"] = me.Text("role"),
        };
        if (me.Has("groupsOmitted"))
        {
            given["groupsOmitted"] = true;
        }

        return given;
    }

    private static JsonNode Resource(string name)
    {
        using var stream = typeof(ProviderShapeTests).Assembly.GetManifestResourceStream(name)!;
        return JsonNode.Parse(stream)!;
    }
}

using System.Text;
using System.Text.Json.Nodes;
using Secronna.IntegrationTests.MasterKeys.Kms;
using Secronna.IntegrationTests.MasterKeys.Pkcs11;
using Secronna.Tests.Pkcs11;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>
/// Whole installations with master keys in a token or in AWS KMS. Everything works, and only KEKs and the installation key are
/// sent there (S2).
/// </summary>
[Collection(SoftHsmCollection.Name)]
public sealed class InstallationTests(SoftHsm hsm)
{
    // The number of projects that FillAsync makes.
    private const int Projects = 4;

    [Fact]
    public async Task With_a_token_every_written_value_is_revealed_even_after_a_restart()
    {
        var token = hsm.NewToken();
        token.Generate("mk_1");
        await using var installation = await TestInstallation.CreateAsync(token.Settings);
        await WritesAndRevealsAsync(installation);
    }

    [Fact]
    public async Task A_server_whose_token_lost_the_key_does_not_start()
    {
        var token = hsm.NewToken();
        token.Generate("mk_1");
        await using var installation = await TestInstallation.CreateAsync(token.Settings);
        await installation.FillAsync();
        await installation.CloseAsync();
        token.Delete("mk_1");
        token.Generate("mk_2");
        var before = installation.Database.State();
        var refusal = await Assert.ThrowsAnyAsync<Exception>(installation.OpenAsync);
        Assert.Contains("master key", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("id mk_1; found: mk_2", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, installation.Database.State());
    }

    [Fact]
    public async Task With_AWS_KMS_each_KEK_is_sent_once_and_data_keys_and_values_never()
    {
        await using var server = await KmsServer.StartAsync();
        server.Keys.Add(KmsServer.Arn("1"));
        await using var installation = await TestInstallation.CreateAsync(server.Settings(KmsServer.Arn("1")));
        var all = await WritesAndRevealsAsync(installation);

        var wrapped = server.Requests.Where(request => request.Action == "Encrypt").Select(request => request.Body).ToList();
        // Besides the KEKs of the projects, the installation key and the check box are sent. By the check box, nodes prove that
        // they hold the same master key.
        Assert.Equal(Projects + 2, wrapped.Count);
        Assert.Equal(Projects + 2, wrapped.DistinctBy(body => body["Plaintext"]!.GetValue<string>()).Count());
        Assert.Single(wrapped, body => Purpose(body) == "secronna installation key");
        Assert.Single(wrapped, body => (string?)body["EncryptionContext"]!["kek"] == "check");
        Assert.Equal(Projects + 1, wrapped.Where(body => Purpose(body) == "secronna kek")
            .DistinctBy(body => body["EncryptionContext"]!["kek"]!.GetValue<string>()).Count());
        Assert.All(server.Requests, request => Assert.True(request.Action == "DescribeKey" || Purpose(request.Body).Length > 0));
        var bodies = string.Concat(server.Requests.Select(request => request.Body.ToJsonString()));
        Assert.All(all, written => Assert.All(Encodings(written.Value), text => Assert.DoesNotContain(text, bodies, StringComparison.OrdinalIgnoreCase)));
    }

    private static async Task<List<WrittenVersion>> WritesAndRevealsAsync(TestInstallation installation)
    {
        var all = await installation.FillAsync();
        Assert.Equal(all.Select(written => written.Value), await installation.RevealAllAsync(all));
        await installation.CloseAsync();
        await installation.OpenAsync();
        Assert.Equal(all.Select(written => written.Value), await installation.RevealAllAsync(all));
        return all;
    }

    private static string Purpose(JsonObject body) => body["EncryptionContext"]!["purpose"]!.GetValue<string>();

    private static string[] Encodings(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        return [value, Convert.ToHexString(bytes), Convert.ToBase64String(bytes).TrimEnd('=')[..^1]];
    }
}

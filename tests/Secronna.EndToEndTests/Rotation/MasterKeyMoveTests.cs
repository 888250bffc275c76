using System.Security.Cryptography;
using Secronna.Tests.Pkcs11;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>
/// The master key moves from one provider to another (S2): a server starts with both, a rotation under load wraps everything with the
/// new provider's key, and the old provider is no longer needed.
/// </summary>
public sealed class MasterKeyMoveTests
{
    private const string Variable = "SECRONNA_MASTER_KEYS";

    [Fact]
    public async Task When_the_key_moves_from_a_file_to_a_token_to_the_environment_and_to_a_file_no_request_fails_and_every_version_opens()
    {
        using var hsm = new SoftHsm();
        var token = hsm.NewToken();
        await using var move = await MasterKeyMove.BeginAsync();
        var installation = move.Installation;
        installation.Environment[hsm.Variable.Key] = hsm.Variable.Value;
        await move.ToAsync(token.SettingsByName, "in-token");
        File.Delete(installation.MasterKeyFile);
        await move.RestartAndCheckAsync();

        installation.Environment[Variable] = $"in-environment {Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}";
        await move.ToAsync(new() { ["Provider"] = "Environment" }, "in-environment", generates: false);
        token.Remove();
        await move.RestartAndCheckAsync();

        await move.ToAsync(new() { ["Provider"] = "File", ["File"] = installation.Folder["other-keys"] }, "in-file");
        installation.Environment.Remove(Variable);
        await move.RestartAndCheckAsync();
    }

    [Fact]
    public async Task After_the_deletion_of_the_token_the_server_is_not_ready_and_names_the_missing_key()
    {
        using var hsm = new SoftHsm();
        var token = hsm.NewToken();
        await using var move = await MasterKeyMove.BeginAsync();
        move.Installation.Environment[hsm.Variable.Key] = hsm.Variable.Value;
        await move.ToAsync(token.SettingsByName, "in-token");
        File.Delete(move.Installation.MasterKeyFile);
        await move.RestartAndCheckAsync();

        token.Remove();
        using var api = move.Server.Connect();
        var answer = await api.GetAsync("/health/ready");
        await Until.HoldsAsync("the server is not ready", async () => (answer = await api.GetAsync("/health/ready")).Status == 503);
        Assert.Contains("master key in-token is missing", answer.Envelope.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("in-token", move.Server.Log, StringComparison.Ordinal);
        var reveal = await move.Project.RevealAsync(api);
        Assert.Equal((503, "UNAVAILABLE"), (reveal.Status, reveal.ErrorCode));
    }
}

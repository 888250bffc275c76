using Microsoft.Extensions.DependencyInjection;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Features.Keys;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Vault.Tampering;

/// <summary>S6: somebody who can write to the database can't pass a secret off under another key of its environment.</summary>
public sealed class KeyExchangeTests : IAsyncLifetime
{
    private TestInstallation installation = null!;
    private WrittenVersion[] written = [];

    public async ValueTask InitializeAsync()
    {
        installation = await TestInstallation.CreateAsync();
        await installation.AllowAsync("acc_a");
        var projectId = await installation.AddProjectAsync("acc_a", "web");
        var environmentId = await installation.AddEnvironmentAsync("acc_a", projectId, "production");
        written = await installation.WriteAsync("acc_a", projectId, environmentId, "PUBLIC_URL", "DATABASE_PASSWORD");
    }

    public ValueTask DisposeAsync() => installation.DisposeAsync();

    [Fact]
    public async Task Two_secrets_that_exchange_their_keys_are_refused_and_recorded_until_each_has_its_own_again()
    {
        ExchangeKeys();
        Assert.Equal([ErrorCodes.IntegrityError, ErrorCodes.IntegrityError], await installation.RevealAllAsync(written));
        Assert.Equal([ErrorCodes.IntegrityError], await RevealEnvironmentAsync());
        // Each secret was refused once alone, and the first of the environment once more.
        Assert.Equal(3, installation.Failures().Values.Sum());
        ExchangeKeys();
        Assert.Equal(Values, await installation.RevealAllAsync(written));
    }

    [Fact]
    public async Task A_secret_under_a_key_that_nothing_had_is_refused()
    {
        Rename(written[0], "OTHER_URL");
        Assert.Equal(ErrorCodes.IntegrityError, await installation.RevealAsync(written[0]));
        Assert.Equal(written[1].Value, await installation.RevealAsync(written[1]));
    }

    [Fact]
    public async Task An_exchange_of_keys_stops_a_rotation_from_destroying_the_KEK_and_undoing_the_exchange_lets_it_end()
    {
        ExchangeKeys();
        Assert.False(await RotateAsync());
        ExchangeKeys();
        Assert.True(await RewrapAsync());
        Assert.Equal(Values, await installation.RevealAllAsync(written));
    }

    [Theory]
    [InlineData("wrapped_data_key")]
    [InlineData("ciphertext")]
    [InlineData("wrapped_data_key", "ciphertext")]
    public async Task A_box_that_is_passed_off_as_the_older_format_is_refused_under_its_own_key_and_under_another(params string[] columns)
    {
        foreach (var column in columns)
        {
            Run($"UPDATE secret_versions SET {column} = @box WHERE secret_id = @id", ("@box", WithOldFormat(column)), ("@id", written[0].SecretId));
        }

        Assert.Equal(ErrorCodes.IntegrityError, await installation.RevealAsync(written[0]));
        ExchangeKeys();
        Assert.Equal(ErrorCodes.IntegrityError, await installation.RevealAsync(written[0]));
    }

    [Fact]
    public async Task Versions_of_the_older_format_open_and_a_rotation_binds_their_keys_without_changing_their_values()
    {
        foreach (var version in written)
        {
            await installation.MakeOldAsync(version);
        }

        var ciphertexts = Column("ciphertext");
        Assert.All(Column("wrapped_data_key"), wrapped => Assert.False(Envelope.BindsKey(wrapped)));
        Assert.Equal(Values, await installation.RevealAllAsync(written));

        Assert.True(await RotateAsync());
        Assert.Equal(ciphertexts, Column("ciphertext"));
        Assert.All(Column("wrapped_data_key"), wrapped => Assert.True(Envelope.BindsKey(wrapped)));
        Assert.Equal(Values, await installation.RevealAllAsync(written));

        ExchangeKeys();
        Assert.Equal([ErrorCodes.IntegrityError, ErrorCodes.IntegrityError], await installation.RevealAllAsync(written));
    }

    private string[] Values => [.. written.Select(version => version.Value)];

    private Task<string[]> RevealEnvironmentAsync() =>
        installation.RevealEnvironmentAsync("acc_a", EnvironmentReference.OfId(written[0].EnvironmentId));

    // Returns whether all data keys were put under the new KEK, and the old KEK was destroyed.
    private async Task<bool> RotateAsync()
    {
        await installation.Services.GetRequiredService<KekService>().RotateAsync(TestInstallation.Caller("acc_a"), written[0].ProjectId);
        return await RewrapAsync();
    }

    private async Task<bool> RewrapAsync()
    {
        var database = installation.Services.GetRequiredService<Database>();
        var retiring = Assert.Single(await database.ReadAsync(session => KekTable.ListRetiringAsync(session, "", 10)));
        return await installation.Services.GetRequiredService<KekRewrapper>().RunAsync(retiring, CancellationToken.None);
    }

    private void ExchangeKeys()
    {
        var keys = written.Select(KeyOf).ToArray();
        Rename(written[0], "EXCHANGED");
        Rename(written[1], keys[0]);
        Rename(written[0], keys[1]);
    }

    private string KeyOf(WrittenVersion version)
    {
        using var connection = installation.ConnectToTamper();
        return connection.One<string>("SELECT key FROM secrets WHERE id = @id", ("@id", version.SecretId));
    }

    private void Rename(WrittenVersion version, string key) =>
        Run("UPDATE secrets SET key = @key WHERE id = @id", ("@key", key), ("@id", version.SecretId));

    private byte[] WithOldFormat(string column)
    {
        var box = Column(column)[0];
        Assert.Equal(BoxFormat.WithKey, box[0]);
        return [BoxFormat.First, .. box[1..]];
    }

    private List<byte[]> Column(string column)
    {
        using var connection = installation.ConnectToTamper();
        return
        [
            .. written.Select(version => connection.One<byte[]>(
                $"SELECT {column} FROM secret_versions WHERE secret_id = @id", ("@id", version.SecretId))),
        ];
    }

    private void Run(string sql, params (string Name, object? Value)[] parameters)
    {
        using var connection = installation.ConnectToTamper();
        connection.Run(sql, parameters);
    }
}

using System.Security.Cryptography;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Configuration;
using Secronna.Server.MasterKeys;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>How the environment gives keys.</summary>
[Collection(EnvironmentMasterKeyProvider.Variable)]
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class EnvironmentMasterKeyTests
{
    private static readonly string Key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public async Task The_environment_gives_keys_with_commas_for_line_ends()
    {
        try
        {
            Environment.SetEnvironmentVariable(EnvironmentMasterKeyProvider.Variable, null);
            var refusal = Assert.Throws<SettingsException>(() => new EnvironmentMasterKeyProvider());
            Assert.Contains("master key", refusal.Message, StringComparison.Ordinal);
            Assert.Contains(EnvironmentMasterKeyProvider.Variable, refusal.Message, StringComparison.Ordinal);
            Environment.SetEnvironmentVariable(EnvironmentMasterKeyProvider.Variable, $"a {Key},b {Convert.ToBase64String(new byte[32])}");
            using var provider = new EnvironmentMasterKeyProvider();
            Assert.Equal(["a", "b"], await provider.ListAsync(TestContext.Current.CancellationToken));
        }
        finally
        {
            Environment.SetEnvironmentVariable(EnvironmentMasterKeyProvider.Variable, null);
        }
    }
}

using System.Security.Cryptography;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Local;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys.Local;

/// <summary>Master keys from the environment variable.</summary>
[Collection(EnvironmentMasterKeyProvider.Variable)]
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class EnvironmentMasterKeyTests
{
    private static readonly string Key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public async Task The_environment_variable_lists_keys_separated_by_commas()
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

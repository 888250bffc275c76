using System.Security.Cryptography;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Local;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys.Local;

/// <summary>Runs the provider contract over keys in a file.</summary>
public sealed class FileContractTests : ProviderContractTests
{
    private protected override Task<KeyStore> NewStoreAsync() => Task.FromResult<KeyStore>(new FileStore());

    private sealed class FileStore : KeyStore
    {
        private readonly TemporaryFolder folder = new();

        private string File => folder["keys"];

        public override Task AddAsync(string id)
        {
            MasterKeyFile.Generate(File, id);
            return Task.CompletedTask;
        }

        public override async Task RemoveAsync(string id)
        {
            var others = (await System.IO.File.ReadAllLinesAsync(File)).Where(line => !line.StartsWith(id + " ", StringComparison.Ordinal));
            await System.IO.File.WriteAllLinesAsync(File, others);
        }

        public override IMasterKeyProvider Open() => new FileMasterKeyProvider(File);

        public override ValueTask DisposeAsync()
        {
            folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>Runs the provider contract over keys in the environment, which a provider reads once.</summary>
[Collection(EnvironmentMasterKeyProvider.Variable)]
public sealed class EnvironmentContractTests : ProviderContractTests
{
    private protected override Task<KeyStore> NewStoreAsync() => Task.FromResult<KeyStore>(new EnvironmentStore());

    private sealed class EnvironmentStore : KeyStore
    {
        private readonly List<(string Id, string Key)> keys = [];

        public override Task AddAsync(string id)
        {
            keys.Add((id, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))));
            return SetAsync();
        }

        public override Task RemoveAsync(string id)
        {
            keys.RemoveAll(key => key.Id == id);
            return SetAsync();
        }

        public override IMasterKeyProvider Open() => new EnvironmentMasterKeyProvider();

        public override IMasterKeyProvider After(IMasterKeyProvider provider)
        {
            provider.Dispose();
            return Open();
        }

        public override ValueTask DisposeAsync()
        {
            keys.Clear();
            return new(SetAsync());
        }

        private Task SetAsync()
        {
            var text = string.Join(',', keys.Select(key => $"{key.Id} {key.Key}"));
            Environment.SetEnvironmentVariable(EnvironmentMasterKeyProvider.Variable, text);
            return Task.CompletedTask;
        }
    }
}

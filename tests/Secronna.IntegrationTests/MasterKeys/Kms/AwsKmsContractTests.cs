using Secronna.IntegrationTests.Engines;
using Xunit;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Kms;

namespace Secronna.IntegrationTests.MasterKeys.Kms;

/// <summary>Runs the provider contract over keys in AWS KMS, reached over HTTP.</summary>
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class AwsKmsContractTests : ProviderContractTests
{
    private protected override async Task<KeyStore> NewStoreAsync() => new KmsStore(await KmsServer.StartAsync());

    private sealed class KmsStore(KmsServer server) : KeyStore
    {
        // Each flipped bit costs a request.
        public override int BitStep => 5;

        public override string Id(string name) => KmsServer.Arn(name);

        public override Task AddAsync(string id)
        {
            server.Keys.Add(id);
            return Task.CompletedTask;
        }

        public override Task RemoveAsync(string id)
        {
            server.Keys.Remove(id);
            return Task.CompletedTask;
        }

        public override IMasterKeyProvider Open() => new AwsKmsMasterKeyProvider(server.Settings(Id("a"), Id("b"), Id("c"), Id("none")));

        public override ValueTask DisposeAsync() => server.DisposeAsync();
    }
}

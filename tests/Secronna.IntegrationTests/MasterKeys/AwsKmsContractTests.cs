using Secronna.IntegrationTests.Engines;
using Xunit;
using Secronna.Server.MasterKeys;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>Keys in a KMS, reached over HTTP.</summary>
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class AwsKmsContractTests : ProviderContractTests
{
    private protected override async Task<KeyPlace> NewPlaceAsync() => new KmsPlace(await KmsServer.StartAsync());

    private sealed class KmsPlace(KmsServer server) : KeyPlace
    {
        // Each is a request.
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

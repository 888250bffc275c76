using Secronna.IntegrationTests.Engines;
using Secronna.Server.MasterKeys;
using Secronna.Tests.Pkcs11;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys.Pkcs11;

/// <summary>Runs the provider contract over keys in a SoftHSM token.</summary>
[Collection(SoftHsmCollection.Name)]
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class Pkcs11ContractTests(SoftHsm hsm) : ProviderContractTests
{
    private protected override Task<KeyStore> NewStoreAsync() => Task.FromResult<KeyStore>(new TokenStore(hsm.NewToken()));

    private sealed class TokenStore(SoftHsmToken token) : KeyStore
    {
        public override Task AddAsync(string id)
        {
            token.Generate(id);
            return Task.CompletedTask;
        }

        public override Task RemoveAsync(string id)
        {
            token.Delete(id);
            return Task.CompletedTask;
        }

        public override IMasterKeyProvider Open() => token.Open();

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

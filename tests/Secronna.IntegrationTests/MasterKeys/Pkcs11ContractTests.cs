using Secronna.IntegrationTests.Engines;
using Secronna.Server.MasterKeys;
using Secronna.Tests.Pkcs11;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>Keys in a token of SoftHSM.</summary>
[Collection(SoftHsmCollection.Name)]
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class Pkcs11ContractTests(SoftHsm hsm) : ProviderContractTests
{
    private protected override Task<KeyPlace> NewPlaceAsync() => Task.FromResult<KeyPlace>(new TokenPlace(hsm.NewToken()));

    private sealed class TokenPlace(SoftHsmToken token) : KeyPlace
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

using Secronna.Tests.Pkcs11;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>Tests over SoftHSM run one after the other: it sees new tokens only when the last who used it has ended.</summary>
[CollectionDefinition(Name)]
public sealed class SoftHsmCollection : ICollectionFixture<SoftHsm>
{
    public const string Name = "SoftHSM";
}

namespace Secronna.IdentityProvider.People;

/// <summary>A client that signs itself in, with its secret, by the client credentials grant.</summary>
public sealed record ServiceAccount(string ClientId, string Secret, Person Identity)
{
    /// <summary>The one that is there unless the options name others.</summary>
    public static ServiceAccount Deployer { get; } = new(
        "secronna-deployer",
        "deployer-secret",
        new Person("sva_deployer", "acc_alpha", "deployer@alpha.example", "Deployer") { IdentityType = "service_account" });
}

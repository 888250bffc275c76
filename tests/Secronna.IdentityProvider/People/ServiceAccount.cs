namespace Secronna.IdentityProvider.People;

/// <summary>A client that gets tokens for itself with its secret, by the client credentials grant.</summary>
public sealed record ServiceAccount(string ClientId, string Secret, Person Identity)
{
    /// <summary>The service account of the default options.</summary>
    public static ServiceAccount Deployer { get; } = new(
        "secronna-deployer",
        "deployer-secret",
        new Person("sva_deployer", "acc_alpha", "deployer@alpha.example", "Deployer") { IdentityType = "service_account" });
}

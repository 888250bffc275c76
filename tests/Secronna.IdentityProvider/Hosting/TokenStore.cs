using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Secronna.IdentityProvider.Hosting;

/// <summary>OpenIddict's tables of clients, authorizations and tokens, in memory.</summary>
internal sealed class TokenStore(DbContextOptions<TokenStore> options) : DbContext(options)
{
    private static readonly InMemoryDatabaseRoot Databases = new();

    /// <summary>
    /// Selects an in-memory database. All databases have one root, so that EF Core builds its internal services only once for all
    /// providers.
    /// </summary>
    public static void Configure(DbContextOptionsBuilder store, string database) =>
        store.UseInMemoryDatabase(database, Databases).UseOpenIddict();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.UseOpenIddict();
}

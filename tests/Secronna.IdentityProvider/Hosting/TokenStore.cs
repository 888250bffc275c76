using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Secronna.IdentityProvider.Hosting;

/// <summary>OpenIddict's own tables, in memory: clients, authorizations, tokens.</summary>
internal sealed class TokenStore(DbContextOptions<TokenStore> options) : DbContext(options)
{
    private static readonly InMemoryDatabaseRoot Databases = new();

    /// <summary>Databases of one root share what EF Core builds for them: only the first provider waits for that.</summary>
    public static void Configure(DbContextOptionsBuilder store, string database) =>
        store.UseInMemoryDatabase(database, Databases).UseOpenIddict();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.UseOpenIddict();
}

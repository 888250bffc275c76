using Microsoft.EntityFrameworkCore;

namespace Secronna.IdentityProvider.Hosting;

/// <summary>OpenIddict's own tables, in memory: clients, authorizations, tokens.</summary>
internal sealed class TokenStore(DbContextOptions<TokenStore> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.UseOpenIddict();
}

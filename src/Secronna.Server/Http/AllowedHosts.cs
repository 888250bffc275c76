namespace Secronna.Server.Http;

/// <summary>
/// Refuses requests whose Host header is not one of the configured names. An attacker can point a name of their own at this
/// server, so that a browser with the attacker's page sends such requests. Health checks accept any name, because load balancers
/// send the server's address.
/// </summary>
internal static class AllowedHosts
{
    /// <summary>Configures the names; an empty list accepts every name.</summary>
    public static void Add(IServiceCollection services, IList<string> hosts) => services.AddHostFiltering(options =>
    {
        options.AllowedHosts = hosts;
        options.AllowEmptyHosts = hosts.Count == 0;
        // The filter's own message would be an HTML page; ErrorHandling writes the envelope instead.
        options.IncludeFailureMessage = false;
    });

    /// <summary>Adds the filter to the pipeline.</summary>
    public static void UseAllowedHosts(this WebApplication app) =>
        app.UseWhen(context => !context.Request.Path.StartsWithSegments("/health"), branch => branch.UseHostFiltering());
}

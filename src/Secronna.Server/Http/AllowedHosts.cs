namespace Secronna.Server.Http;

/// <summary>
/// Refuses requests for other names than are set, as a browser sends that was led here under a foreign name. Health answers
/// to any: load balancers ask by address.
/// </summary>
internal static class AllowedHosts
{
    public static void Add(IServiceCollection services, IList<string> hosts) => services.AddHostFiltering(options =>
    {
        options.AllowedHosts = hosts;
        options.AllowEmptyHosts = hosts.Count == 0;
        // Its own message is a page; the error handling writes the envelope.
        options.IncludeFailureMessage = false;
    });

    public static void UseAllowedHosts(this WebApplication app) =>
        app.UseWhen(context => !context.Request.Path.StartsWithSegments("/health"), branch => branch.UseHostFiltering());
}

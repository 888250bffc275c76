using System.Text;
using Secronna.IdentityProvider.Hosting;

namespace Secronna.IdentityProvider.Faults;

/// <summary>
/// Counts the requests for the discovery document and the JWKS, and applies the faults that are switched on to all requests.
/// </summary>
internal sealed class FaultMiddleware(RequestDelegate next, FaultSwitches faults)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var isDiscovery = context.Request.Path == ProviderPaths.Discovery;
        var isDocument = isDiscovery || context.Request.Path == ProviderPaths.Jwks;
        if (isDocument)
        {
            faults.Count(isDiscovery);
            if (!await IsReleasedAsync(context.RequestAborted))
            {
                return;
            }
        }

        if (faults.Unavailable)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
        else if (isDocument && (isDiscovery ? faults.RewriteDiscovery : faults.RewriteJwks) is { } rewrite)
        {
            await RewriteAsync(context, rewrite);
        }
        else
        {
            await next(context);
        }
    }

    // A client that gave up, or a provider that stops, ends the wait; then no answer is sent.
    private async Task<bool> IsReleasedAsync(CancellationToken aborted)
    {
        try
        {
            await faults.WaitAsync(aborted);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task RewriteAsync(HttpContext context, Func<string, string> rewrite)
    {
        var body = context.Response.Body;
        using var original = new MemoryStream();
        context.Response.Body = original;
        await next(context);
        context.Response.Body = body;
        var bytes = Encoding.UTF8.GetBytes(rewrite(Encoding.UTF8.GetString(original.ToArray())));
        context.Response.ContentType = faults.ContentType ?? context.Response.ContentType;
        context.Response.ContentLength = bytes.Length;
        await body.WriteAsync(bytes, context.RequestAborted);
    }
}

using System.Text;
using Secronna.IdentityProvider.Hosting;

namespace Secronna.IdentityProvider.Faults;

/// <summary>Counts the requests for what the provider publishes, and does to them what the switches say.</summary>
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

    // Who gave up waiting, or a provider that stops, needs no answer.
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
        using var real = new MemoryStream();
        context.Response.Body = real;
        await next(context);
        context.Response.Body = body;
        var bytes = Encoding.UTF8.GetBytes(rewrite(Encoding.UTF8.GetString(real.ToArray())));
        context.Response.ContentLength = bytes.Length;
        await body.WriteAsync(bytes, context.RequestAborted);
    }
}

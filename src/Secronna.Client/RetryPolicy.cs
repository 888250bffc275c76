using System.Net;
using Polly;
using Polly.Retry;
using Secronna.Client.Http;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>Decides whether a failed request is sent again, and after which delay.</summary>
internal static class RetryPolicy
{
    private static readonly ResiliencePropertyKey<RequestRepeats> RepeatsKey = new("repeats");

    public static ResiliencePipeline Pipeline(SecronnaClientOptions options)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = options.TimeProvider };
        return options.Retries == 0 ? ResiliencePipeline.Empty : builder.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = options.Retries,
            Delay = options.RetryDelay,
            MaxDelay = options.LongestRetryDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = arguments => ValueTask.FromResult(
                arguments.Outcome.Exception is SecronnaException error
                && ShouldRepeat(error, arguments.Context.Properties.GetValue(RepeatsKey, RequestRepeats.IfUnprocessed), options)),
            DelayGenerator = arguments => ValueTask.FromResult((arguments.Outcome.Exception as SecronnaException)?.RetryAfter),
        }).Build();
    }

    /// <summary>Tells the pipeline which kind of request it runs.</summary>
    public static void SetRepeats(ResilienceContext context, RequestRepeats repeats) => context.Properties.Set(RepeatsKey, repeats);

    private static bool ShouldRepeat(SecronnaException error, RequestRepeats repeats, SecronnaClientOptions options)
    {
        if (error.RetryAfter > options.LongestRetryDelay)
        {
            return false;
        }

        // The server refused before it looked at the request, or the request never reached it.
        var isUnprocessed = error.Status == (int)HttpStatusCode.TooManyRequests
            || error.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError };
        return isUnprocessed || (repeats != RequestRepeats.IfUnprocessed && error.Code == ErrorCodes.Unavailable);
    }
}

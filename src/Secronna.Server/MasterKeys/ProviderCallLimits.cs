using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Secronna.Server.MasterKeys;

/// <summary>Bounds each call to a provider: 3 seconds for a try, and 3 tries with growing pauses.</summary>
internal static class ProviderCallLimits
{
    private const int Retries = 2;
    private static readonly TimeSpan TryTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// The pipeline that calls run through. If the last try times out, it throws a <see cref="TimeoutRejectedException"/>.
    /// </summary>
    public static ResiliencePipeline CreatePipeline(TimeProvider time) =>
        new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = Retries,
                Delay = FirstPause,
                BackoffType = DelayBackoffType.Exponential,
                ShouldHandle = new PredicateBuilder().Handle<MasterKeyUnavailableException>().Handle<TimeoutRejectedException>(),
            })
            .AddTimeout(TryTimeout)
            .Build();
}

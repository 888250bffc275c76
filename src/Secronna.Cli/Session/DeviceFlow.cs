using Duende.IdentityModel;
using Duende.IdentityModel.Client;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Session;

/// <summary>Waits until a person has entered a device code at the provider (RFC 8628, section 3.5).</summary>
/// <param name="provider">The identity provider.</param>
/// <param name="client">The client to sign in with.</param>
/// <param name="time">The clock of the code's lifetime and of the waits between polls.</param>
internal sealed class DeviceFlow(IdentityProvider provider, ProviderClient client, TimeProvider time)
{
    // RFC 8628, section 3.2: the interval where the provider names none.
    private const int UsualIntervalSeconds = 5;
    private static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SlowDownStep = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(1);

    /// <summary>Polls until the person has allowed the sign-in.</summary>
    /// <exception cref="SecronnaException">AUTH_REQUIRED: the person denied the sign-in, or the code expired.</exception>
    public async Task<SignIn> WaitAsync(DeviceAuthorizationResponse device, CancellationToken cancellation)
    {
        var interval = TimeSpan.FromSeconds(Math.Clamp(IntervalOf(device), LeastInterval.TotalSeconds, LongestInterval.TotalSeconds));
        var end = device.ExpiresIn is { } seconds and > 0 ? time.GetUtcNow() + TimeSpan.FromSeconds(seconds) : DateTimeOffset.MaxValue;
        while (true)
        {
            await Task.Delay(interval, time, cancellation).ConfigureAwait(false);
            if (time.GetUtcNow() >= end)
            {
                throw NotSignedIn("the code has expired");
            }

            var answer = await provider.PollDeviceAsync(client, device.DeviceCode!, cancellation).ConfigureAwait(false);
            if (!answer.IsError)
            {
                return provider.SignInOf(answer, client, time);
            }

            interval = NextInterval(interval, answer);
        }
    }

    private static int IntervalOf(DeviceAuthorizationResponse device) =>
        device.TryGet(OidcConstants.DeviceAuthorizationResponse.Interval) is null ? UsualIntervalSeconds : device.Interval;

    private TimeSpan NextInterval(TimeSpan interval, TokenResponse answer) => answer.ErrorType switch
    {
        // The provider is away: the interval doubles, up to the longest.
        ResponseErrorType.Http or ResponseErrorType.Exception => interval * 2 > LongestInterval ? LongestInterval : interval * 2,
        _ => answer.Error switch
        {
            OidcConstants.TokenErrors.AuthorizationPending => interval,
            OidcConstants.TokenErrors.SlowDown => interval + SlowDownStep,
            OidcConstants.TokenErrors.AccessDenied => throw NotSignedIn("the sign-in was denied"),
            OidcConstants.TokenErrors.ExpiredToken => throw NotSignedIn("the code has expired"),
            _ => throw provider.Failed(answer),
        },
    };

    private static SecronnaException NotSignedIn(string reason) => new(reason, ErrorCodes.AuthRequired, null, null);
}

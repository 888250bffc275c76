using Duende.IdentityModel;
using Duende.IdentityModel.Client;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Session;

/// <summary>Waits for a person to enter a device's code at the provider (RFC 8628, section 3.5).</summary>
/// <param name="provider">Where.</param>
/// <param name="clientId">As which client.</param>
/// <param name="time">The clock of the code's end and of the waits between polls.</param>
internal sealed class DeviceFlow(IdentityProvider provider, string clientId, TimeProvider time)
{
    private static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SlowDownStep = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(1);

    /// <summary>The sign-in, once the person has allowed it.</summary>
    /// <exception cref="SecronnaException">AUTH_REQUIRED: the person denied it, or the code ran out.</exception>
    public async Task<SignIn> WaitAsync(DeviceAuthorizationResponse device, CancellationToken cancellation)
    {
        var interval = TimeSpan.FromSeconds(Math.Clamp(device.Interval, LeastInterval.TotalSeconds, LongestInterval.TotalSeconds));
        var end = device.ExpiresIn is { } seconds and > 0 ? time.GetUtcNow() + TimeSpan.FromSeconds(seconds) : DateTimeOffset.MaxValue;
        while (true)
        {
            await Task.Delay(interval, time, cancellation).ConfigureAwait(false);
            if (time.GetUtcNow() >= end)
            {
                throw Over("the code has expired");
            }

            var answer = await provider.PollDeviceAsync(clientId, device.DeviceCode!, cancellation).ConfigureAwait(false);
            if (!answer.IsError)
            {
                return provider.SignInOf(answer, clientId, time);
            }

            interval = Next(interval, answer);
        }
    }

    private TimeSpan Next(TimeSpan interval, TokenResponse answer) => answer.ErrorType switch
    {
        // Away for a while: ever more seldom.
        ResponseErrorType.Http or ResponseErrorType.Exception => interval * 2 > LongestInterval ? LongestInterval : interval * 2,
        _ => answer.Error switch
        {
            OidcConstants.TokenErrors.AuthorizationPending => interval,
            OidcConstants.TokenErrors.SlowDown => interval + SlowDownStep,
            OidcConstants.TokenErrors.AccessDenied => throw Over("the sign-in was denied"),
            OidcConstants.TokenErrors.ExpiredToken => throw Over("the code has expired"),
            _ => throw provider.Failed(answer),
        },
    };

    private static SecronnaException Over(string what) => new(what, ErrorCodes.AuthRequired, null, null);
}

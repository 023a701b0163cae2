// A passkey that was not given is said so in words beside the button, not in the console.
(function () {
  document.addEventListener('allauth.error', function (event) {
    event.preventDefault()
    const place = document.getElementById('passkey-trouble')
    if (!place) return
    const calledOff = event.detail.exception && event.detail.exception.name === 'NotAllowedError'
    place.textContent = calledOff
      ? 'No passkey was used. Try again, or sign in another way.'
      : 'Passkeys do not work here: they need https, or http://localhost, and a browser that knows them.'
    place.hidden = false
  })
})()
